import { type CommandState, isCommandSettled } from '#messaging';
import { type ControllerChange, parameterOf, parametersAfter } from './parameter-state.js';
import type { ProposalCall, Verification, VerificationCheck } from './proposal-view.js';

/** What verification needs of a decided epoch. */
export interface DecidedEpoch {
  readonly epoch: number;
  readonly budgetSD: bigint;
  /** Chains the controller had registered when it was decided. */
  readonly registered: readonly { readonly chainKey: string; readonly hasFarms: boolean }[];
  readonly orders: readonly { readonly chainKey: string; readonly status: string }[];
}

/** What verification needs of a command that the execution sent. */
export interface SentCommand {
  /** Such as `alpha:7`. */
  readonly id: string;
  readonly chainKey: string;
  readonly sentence: string;
  readonly state: CommandState;
}

const NOT_SET = 'not set';
const NO_ORDER = 'none: no farm is registered there';

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
  setSentinel: { event: 'SentinelSet', changesEpochs: false },
  setRevenueMultiple: { event: 'RevenueMultipleSet', changesEpochs: false },
  pause: { event: 'Paused', changesEpochs: false },
  unpause: { event: 'Unpaused', changesEpochs: false },
};

/**
 * Says whether an executed proposal has had its effect: every call left its change on the hub
 * and the parameters it sets, and for changes of the emission the first epoch decided under them
 * has the right budget and was applied on every registered chain that has farms, at least on one.
 * Every command it sent has to be applied on its chain.
 */
export function verifyProposal(options: {
  readonly calls: readonly ProposalCall[];
  readonly hubKey: string;
  /** What the controller emitted in the transaction that executed the proposal. */
  readonly changes: readonly ControllerChange[];
  /** Everything it emitted from the first event to the end of that transaction, in order. */
  readonly history: readonly ControllerChange[];
  /** Epoch the hub was in when it was executed; 0 before genesis. */
  readonly executedIn: number;
  /** Decided epochs in any order. */
  readonly epochs: readonly DecidedEpoch[];
  /** What the sender of commands emitted in the transaction that executed the proposal. */
  readonly commands: readonly SentCommand[];
}): Verification {
  const { calls, hubKey, changes, history, epochs } = options;
  const onHub = calls.map((call) => checkCall(call, hubKey, changes));
  const changing = calls.filter((call) => effectOf(call)?.changesEpochs === true);
  const first = changing.length === 0 ? undefined : firstEpoch(options);
  const later = first === undefined ? [] : checkEpoch({ hubKey, changing, changes, first, epochs });
  const checks = [
    ...onHub,
    ...checkParameters({ calls, hubKey, history }),
    ...later,
    ...checkCommands(options),
  ];
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
  const expected = argumentsOf(call);
  const left = changes
    .filter(({ event }) => event === effect.event)
    .map(({ args }) => sameOf(call, args));
  const isLeft = left.includes(expected);
  const actual = isLeft ? expected : (left.at(-1) ?? 'no change');
  return { what, chainKey: hubKey, expected, actual, ok: isLeft };
}

/**
 * Compares the parameters the execution left with what the calls asked for. Where several calls
 * are about the same parameter only the last one can be in force.
 */
function checkParameters(options: {
  readonly calls: readonly ProposalCall[];
  readonly hubKey: string;
  readonly history: readonly ControllerChange[];
}): readonly VerificationCheck[] {
  const { calls, hubKey } = options;
  const last = new Map(calls.map((call) => [parameterOf(call), call]));
  const state = parametersAfter(options.history);
  return [...last].flatMap(([key, call]) => {
    if (key === undefined) return [];
    const args = state.get(key);
    const expected = call.function === 'removeFarm' ? NOT_SET : argumentsOf(call);
    const actual = args === undefined ? NOT_SET : sameOf(call, args);
    const what = `parameters after ${call.contractName}.${call.function}`;
    return [{ what, chainKey: hubKey, expected, actual, ok: actual === expected }];
  });
}

/** Only a command that its chain can still carry out may become applied. */
function checkCommands(options: {
  readonly calls: readonly ProposalCall[];
  readonly hubKey: string;
  readonly commands: readonly SentCommand[];
}): readonly VerificationCheck[] {
  const { calls, hubKey, commands } = options;
  const count = calls.reduce((total, call) => total + call.commands.length, 0);
  const checks = commands.map(({ id, chainKey, sentence, state }) => {
    const ok = isCommandSettled(state) ? state === 'applied' : null;
    const what = `command ${id}: ${sentence}`;
    return { what, chainKey, expected: 'applied', actual: state, ok };
  });
  if (commands.length === count) return checks;
  const [expected, actual] = [`${count}`, `${commands.length}`];
  return [...checks, { what: 'commands sent', chainKey: hubKey, expected, actual, ok: null }];
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
  return [...budget, ...checkOrders(hubKey, decided)];
}

function checkOrders(hubKey: string, decided: DecidedEpoch): readonly VerificationCheck[] {
  const { registered, orders } = decided;
  const what = `order of epoch ${decided.epoch}`;
  if (!registered.some(({ hasFarms }) => hasFarms)) {
    const actual = 'no farm is registered on any chain';
    return [{ what, chainKey: hubKey, expected: 'applied', actual, ok: null }];
  }
  return registered.map(({ chainKey, hasFarms }) => {
    const actual = orders.find((order) => order.chainKey === chainKey)?.status ?? null;
    if (!hasFarms && actual === null) {
      return { what, chainKey, expected: NO_ORDER, actual: NO_ORDER, ok: true };
    }
    const ok = actual === 'applied' ? true : null;
    return { what, chainKey, expected: 'applied', actual, ok };
  });
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

function argumentsOf(call: ProposalCall): string {
  return textOf(Object.fromEntries(call.args.map(({ name, value }) => [name, value])));
}

/** Those of `args` the call has, in its order. */
function sameOf(call: ProposalCall, args: ControllerChange['args']): string {
  return textOf(Object.fromEntries(call.args.map(({ name }) => [name, args[name] ?? 'missing'])));
}

function textOf(args: Readonly<Record<string, string>>): string {
  const text = Object.entries(args)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
  return text === '' ? 'changed' : text;
}
