import fc from 'fast-check';
import { type Address, type FarmId, maxOf, minOf, toAddress, toFarmId } from '#kernel';
import { applyFarmEvent } from '../domain/apply-farm-event.js';
import {
  claimAt,
  claimStreamAt,
  EMISSION,
  exitAt,
  type Stake,
  streamIn,
} from '../domain/accumulator.js';
import { emptyBook, type FarmBook, type FarmsWiring, stakeIn } from '../domain/farm-book.js';
import { type FarmEvent } from '../domain/farm-event.js';
import { adjustStream, unstreamedOf } from '../domain/stream.js';

/** One wish of a random history; `eventOf` turns it into what the contract would report. */
export interface Step {
  readonly kind:
    | 'stake'
    | 'withdraw'
    | 'exit'
    | 'claim'
    | 'claim-stream'
    | 'reprice'
    | 'top-up'
    | 'take-back'
    | 'set-max-rate';
  /** Seconds since the step before. */
  readonly wait: number;
  readonly user: number;
  readonly amount: bigint;
  /** From a top-up to the end of the stream it asks for. */
  readonly seconds: number;
  /** Boost from this step on; counts in a farm with terms. */
  readonly boostBps: number;
  readonly stream: number;
}

export interface HistoryFarm {
  readonly scaleBits: number;
  readonly hasTerms: boolean;
  readonly streamCount: number;
  /** Of every stream. */
  readonly maxRate: bigint;
}

export const HISTORY_FARM: FarmId = toFarmId(1);
export const HISTORY_START = 1_000;
const USER_COUNT = 4;
const NO_BOOST = 10_000;
const FUNDED_MAX = 2n ** 96n - 1n;

export function historyUser(index: number): Address {
  return toAddress(`0x${(index + 11).toString(16).padStart(2, '0').repeat(20)}`);
}

export const historyUsers: readonly Address[] = Array.from({ length: USER_COUNT }, (_, index) =>
  historyUser(index),
);

const amounts = fc.oneof(
  { weight: 3, arbitrary: fc.bigInt({ min: 1n, max: 3n }) },
  { weight: 3, arbitrary: fc.bigInt({ min: 1n, max: 10n ** 9n }) },
  { weight: 3, arbitrary: fc.bigInt({ min: 1n, max: 10n ** 21n }) },
  { weight: 1, arbitrary: fc.bigInt({ min: 2n ** 92n, max: 2n ** 96n }) },
);

/** Random histories of one farm: stakes, exits, claims and changes of its streams. */
export const histories: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record<Step>({
    kind: fc.constantFrom(
      'stake',
      'stake',
      'withdraw',
      'exit',
      'claim',
      'claim-stream',
      'reprice',
      'top-up',
      'top-up',
      'take-back',
      'set-max-rate',
    ),
    wait: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 90 })),
    user: fc.integer({ min: 0, max: USER_COUNT - 1 }),
    amount: amounts,
    seconds: fc.integer({ min: 1, max: 120 }),
    boostBps: fc.integer({ min: 10_000, max: 25_000 }),
    stream: fc.constantFrom(0, 0, 1, 2, 3),
  }),
  { minLength: 16, maxLength: 48 },
);

/** Farms at both ends of every bound. */
export const historyFarms: fc.Arbitrary<HistoryFarm> = fc.record({
  scaleBits: fc.constantFrom(32, 63, 64, 65, 80, 95),
  hasTerms: fc.boolean(),
  streamCount: fc.integer({ min: 1, max: 4 }),
  maxRate: fc.constantFrom(1n, 10n ** 12n, 2n ** 64n - 1n),
});

/** Least weight of a position that holds anything. */
export function leastWeight(scaleBits: number): bigint {
  return 1n << BigInt(Math.max(0, scaleBits - 64));
}

/** What the contract reports for `step` at `at`, or nothing when it would refuse or do nothing. */
export function eventOf(
  book: FarmBook,
  step: Step,
  place: { readonly farmId: FarmId; readonly at: number },
): FarmEvent | undefined {
  const { farmId, at } = place;
  const stake = stakeIn(book, farmId, historyUser(step.user));
  const placed = { farmId, seq: book.seq + 1, at };
  switch (step.kind) {
    case 'stake':
    case 'withdraw':
    case 'exit':
    case 'reprice': {
      const change = weightChangeOf(stake, step, at);
      return change === undefined ? undefined : { ...placed, ...change };
    }
    case 'claim':
    case 'claim-stream': {
      const claim = claimOf(stake, step, at);
      return claim === undefined ? undefined : { ...placed, ...claim };
    }
    case 'set-max-rate': {
      const stream = step.stream % stake.farm.streams.length;
      const maxRate = 1n + BigInt.asUintN(63, step.amount);
      return { ...placed, kind: 'max-rate-set', stream, maxRate };
    }
    case 'top-up':
    case 'take-back':
      break;
  }
  const index = step.stream % stake.farm.streams.length;
  const stream = streamIn(stake.farm, index);
  const left = unstreamedOf(stream, stake.farm, at);
  const isTopUp = step.kind === 'top-up';
  const delta = isTopUp
    ? minOf(step.amount, FUNDED_MAX - stream.funded)
    : -minOf(step.amount, left);
  if (delta === 0n) return undefined;
  const endAt = at + (isTopUp ? step.seconds : 1);
  const after = adjustStream({ stream, split: stake.farm, delta, endAt, at });
  const { remaining, endAt: end } = after;
  return { ...placed, kind: 'stream-adjusted', stream: index, delta, remaining, endAt: end };
}

type Body<Event = FarmEvent> = Event extends FarmEvent
  ? Omit<Event, 'farmId' | 'seq' | 'at'>
  : never;

function weightChangeOf({ farm, position }: Stake, step: Step, at: number): Body | undefined {
  const boostBps = farm.hasTerms ? step.boostBps : NO_BOOST;
  const { user, principal } = position;
  const weigh = (amount: bigint): bigint => (amount * BigInt(boostBps)) / BigInt(NO_BOOST);
  const others = farm.totalWeight - position.weight;
  const room = (1n << BigInt(farm.scaleBits)) - 1n - others;
  const isHeld = (weight: bigint): boolean =>
    weight <= room && (weight === 0n || weight >= leastWeight(farm.scaleBits));
  if (step.kind === 'reprice') {
    const weight = weigh(principal);
    if (weight === position.weight || !isHeld(weight)) return undefined;
    return { kind: 'repriced', user, weight };
  }
  if (step.kind === 'stake') {
    const wanted = maxOf(step.amount, leastWeight(farm.scaleBits) - principal);
    const amount = minOf(wanted, (room * BigInt(NO_BOOST)) / BigInt(boostBps) - principal);
    const weight = weigh(principal + amount);
    if (amount <= 0n || !isHeld(weight)) return undefined;
    return { kind: 'staked', user, payer: user, amount, weight };
  }
  const isAll = principal - step.amount < leastWeight(farm.scaleBits);
  const amount = isAll ? principal : step.amount;
  const weight = weigh(principal - amount);
  if (amount === 0n || !isHeld(weight)) return undefined;
  if (step.kind === 'withdraw') return { kind: 'withdrawn', user, to: user, amount, weight };
  const { paid } = exitAt({ farm, position, amount, weight, at });
  return { kind: 'exited', user, amount, weight, paid };
}

function claimOf(stake: Stake, step: Step, at: number): Body | undefined {
  const { user } = stake.position;
  const stream = step.kind === 'claim' ? EMISSION : step.stream % stake.farm.streams.length;
  const { paid: amount } =
    stream === EMISSION ? claimAt({ ...stake, at }) : claimStreamAt({ ...stake, stream, at });
  if (amount === 0n) return undefined;
  if (stream === EMISSION) return { kind: 'claimed', user, to: user, amount };
  return { kind: 'stream-claimed', stream, user, to: user, amount };
}

export const REWARD_TOKEN: Address = toAddress(`0x${'a0'.repeat(20)}`);
const FUNDER: Address = toAddress(`0x${'e0'.repeat(20)}`);
export const WIRING: FarmsWiring = {
  rewardToken: REWARD_TOKEN,
  receiver: FUNDER,
  bridge: toAddress(`0x${'b0'.repeat(20)}`),
};

/** Token of another stream than the emission. */
export function historyToken(stream: number): Address {
  return toAddress(`0x${`f${stream}`.repeat(20)}`);
}

/** Folds a history; `observe` sees the book after each event and the time of it. */
export function playHistory(
  steps: readonly Step[],
  farm: HistoryFarm,
  observe: (book: FarmBook, event: FarmEvent) => void = () => undefined,
): { readonly book: FarmBook; readonly at: number; readonly events: readonly FarmEvent[] } {
  const book = emptyBook(WIRING);
  const events: FarmEvent[] = [];
  const apply = (event: FarmEvent): void => {
    applyFarmEvent(book, event);
    events.push(event);
    observe(book, event);
  };
  let at = HISTORY_START;
  const stakeToken = toAddress(`0x${'a1'.repeat(20)}`);
  const { streamCount, maxRate, ...settings } = farm;
  const farmId = HISTORY_FARM;
  apply({ kind: 'farm-added', farmId, seq: 1, at, stakeToken, maxRate, ...settings });
  for (let stream = 1; stream < streamCount; stream += 1) {
    const added = { stream, token: historyToken(stream), funder: FUNDER, maxRate };
    apply({ kind: 'stream-added', farmId, seq: book.seq + 1, at, ...added });
  }
  for (const step of steps) {
    at += step.wait;
    const event = eventOf(book, step, { farmId, at });
    if (event !== undefined) apply(event);
  }
  return { book, at, events };
}
