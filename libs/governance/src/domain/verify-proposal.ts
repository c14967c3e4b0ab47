import type { ProposalCall, Verification, VerificationCheck } from './proposal-view.js';

/** An event the controller emitted when the proposal was executed; arguments as text. */
export interface ControllerChange {
  readonly event: string;
  readonly args: Readonly<Record<string, string>>;
}

/** What verification needs of a decided epoch. */
export interface DecidedEpoch {
  readonly epoch: number;
  readonly budgetSD: bigint;
  readonly orders: readonly { readonly chainKey: string; readonly status: string }[];
}

/** Which event each call to the controller must leave, with the same argument names. */
const EFFECTS: Readonly<
  Record<string, { readonly event: string; readonly changesEpochs: boolean }>
> = {
  setSchedule: { event: 'ScheduleSet', changesEpochs: true },
  setFarmBounds: { event: 'FarmBoundsSet', changesEpochs: true },
  removeFarm: { event: 'FarmRemoved', changesEpochs: true },
  setChain: { event: 'ChainRegistered', changesEpochs: true },
  setMaxChangeBps: { event: 'MaxChangeSet', changesEpochs: true },
  setFeeCap: { event: 'FeeCapSet', changesEpochs: false },
  setOperator: { event: 'OperatorSet', changesEpochs: false },
  setGuardian: { event: 'GuardianSet', changesEpochs: false },
  pause: { event: 'Paused', changesEpochs: false },
  unpause: { event: 'Unpaused', changesEpochs: false },
};

/**
 * Says whether an executed proposal has had its effect: every call left its change on the hub,
 * and for changes of the emission the first epoch decided under them has the right budget and was
 * applied on every chain.
 */
export function verifyProposal(options: {
  readonly calls: readonly ProposalCall[];
  readonly hubKey: string;
  /** What the controller emitted in the transaction that executed the proposal. */
  readonly changes: readonly ControllerChange[];
  /** Epoch the hub was in when it was executed; 0 before genesis. */
  readonly executedIn: number;
  /** Decided epochs in any order. */
  readonly epochs: readonly DecidedEpoch[];
}): Verification {
  const { calls, hubKey, changes, epochs } = options;
  const onHub = calls.map((call) => checkCall(call, hubKey, changes));
  const changing = calls.filter((call) => effectOf(call)?.changesEpochs === true);
  const first = changing.length === 0 ? undefined : firstEpoch(options);
  const later = first === undefined ? [] : checkEpoch({ hubKey, changing, changes, first, epochs });
  const checks = [...onHub, ...later];
  if (checks.some(({ ok }) => ok === false)) return { status: 'failed', checks };
  return { status: checks.every(({ ok }) => ok === true) ? 'verified' : 'waiting', checks };
}

function effectOf(call: ProposalCall) {
  return call.contractName === 'EmissionController' ? EFFECTS[call.function] : undefined;
}

function checkCall(
  call: ProposalCall,
  hubKey: string,
  changes: readonly ControllerChange[],
): VerificationCheck {
  const what = `${call.contractName}.${call.function}`;
  const effect = effectOf(call);
  // The governor reverts as a whole when a call does, so execution itself proves other calls.
  if (effect === undefined) {
    return { what, chainKey: hubKey, expected: 'executed', actual: 'executed', ok: true };
  }
  const expected = textOf(Object.fromEntries(call.args.map(({ name, value }) => [name, value])));
  const left = changes
    .filter(({ event }) => event === effect.event)
    .map(({ args }) =>
      textOf(Object.fromEntries(call.args.map(({ name }) => [name, args[name] ?? 'missing']))),
    );
  const isLeft = left.includes(expected);
  const actual = isLeft ? expected : (left.at(-1) ?? 'no change');
  return { what, chainKey: hubKey, expected, actual, ok: isLeft };
}

/** First epoch that can only have been decided under the changes. */
function firstEpoch(options: {
  readonly changes: readonly ControllerChange[];
  readonly executedIn: number;
}): number {
  const schedule = options.changes.find(({ event }) => event === 'ScheduleSet');
  const from = Number(schedule?.args['fromEpoch'] ?? 0);
  return Math.max(from, options.executedIn + 1);
}

function checkEpoch(options: {
  readonly hubKey: string;
  readonly changing: readonly ProposalCall[];
  readonly changes: readonly ControllerChange[];
  readonly first: number;
  readonly epochs: readonly DecidedEpoch[];
}): readonly VerificationCheck[] {
  const { hubKey, first, changes } = options;
  const decided = options.epochs
    .filter(({ epoch }) => epoch >= first)
    .toSorted((a, b) => a.epoch - b.epoch)
    .at(0);
  const schedule = changes.find(({ event }) => event === 'ScheduleSet');
  if (decided === undefined) {
    const what = `epoch ${first} or later is decided`;
    return [{ what, chainKey: hubKey, expected: 'decided', actual: null, ok: null }];
  }
  const budget = schedule === undefined ? [] : [checkBudget(hubKey, schedule, decided)];
  const orders = decided.orders.map(({ chainKey, status }) => ({
    what: `order of epoch ${decided.epoch}`,
    chainKey,
    expected: 'applied',
    actual: status,
    ok: status === 'applied' ? true : null,
  }));
  return [...budget, ...orders];
}

function checkBudget(
  hubKey: string,
  schedule: ControllerChange,
  decided: DecidedEpoch,
): VerificationCheck {
  const expected = scheduledBudget(schedule, decided.epoch);
  return {
    what: `budget of epoch ${decided.epoch}`,
    chainKey: hubKey,
    expected: expected.toString(),
    actual: decided.budgetSD.toString(),
    ok: decided.budgetSD === expected,
  };
}

const BPS = 10_000n;
const DECAY_STEPS_MAX = 256;

/** Budget of an epoch under a schedule; each step of the decay rounds down, as on the hub. */
function scheduledBudget({ args }: ControllerChange, epoch: number): bigint {
  const amount = (name: string) => BigInt(args[name] ?? '0');
  const every = Number(amount('decayEvery'));
  const floor = amount('floorSD');
  let budget = amount('budgetSD');
  if (every === 0) return budget;
  const steps = Math.floor((epoch - Number(amount('fromEpoch'))) / every);
  if (steps > DECAY_STEPS_MAX) return floor;
  for (let step = 0; step < steps && budget > floor; step += 1) {
    budget = (budget * (BPS - amount('decayBps'))) / BPS;
  }
  return budget > floor ? budget : floor;
}

function textOf(args: Readonly<Record<string, string>>): string {
  const text = Object.entries(args)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
  return text === '' ? 'changed' : text;
}
