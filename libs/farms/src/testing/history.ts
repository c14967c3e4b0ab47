import fc from 'fast-check';
import { type Address, toAddress, type FarmId, toFarmId } from '#kernel';
import { adjustStream, claimAt, unstreamedOf } from '../domain/accumulator.js';
import {
  applyFarmEvent,
  emptyBook,
  type FarmBook,
  farmIn,
  positionIn,
} from '../domain/farm-book.js';
import { type FarmEvent } from '../domain/farm-event.js';

/** One wish of a random history; `eventOf` turns it into what the contract would report. */
export interface Step {
  readonly kind: 'stake' | 'withdraw' | 'claim' | 'take-back' | 'top-up';
  /** Seconds since the step before. */
  readonly wait: number;
  readonly user: number;
  readonly amount: bigint;
  /** From a top-up to the end of the stream it asks for. */
  readonly seconds: number;
}

export const HISTORY_FARM: FarmId = toFarmId(1);
export const HISTORY_START = 1_000;
const USER_COUNT = 4;

export function historyUser(index: number): Address {
  return toAddress(`0x${(index + 11).toString(16).padStart(2, '0').repeat(20)}`);
}

export const historyUsers: readonly Address[] = Array.from({ length: USER_COUNT }, (_, index) =>
  historyUser(index),
);

const amounts = fc.oneof(
  fc.bigInt({ min: 1n, max: 3n }),
  fc.bigInt({ min: 1n, max: 10n ** 9n }),
  fc.bigInt({ min: 1n, max: 10n ** 21n }),
);

/** Random histories of one farm: stakes, exits, claims and changes of the stream. */
export const histories: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record<Step>({
    kind: fc.constantFrom('stake', 'stake', 'withdraw', 'claim', 'top-up', 'take-back'),
    wait: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 90 })),
    user: fc.integer({ min: 0, max: USER_COUNT - 1 }),
    amount: amounts,
    seconds: fc.integer({ min: 1, max: 120 }),
  }),
  { minLength: 1, maxLength: 40 },
);

/** What the contract reports for `step` at `at`, or nothing when it would do nothing. */
export function eventOf(
  book: FarmBook,
  step: Step,
  place: { readonly farmId: FarmId; readonly at: number },
): FarmEvent | undefined {
  const { farmId, at } = place;
  const farm = farmIn(book, farmId);
  const user = historyUser(step.user);
  const position = positionIn(book, farmId, user);
  const placed = { farmId, seq: book.seq + 1, at };
  switch (step.kind) {
    case 'stake':
      return { ...placed, kind: 'staked', user, payer: user, amount: step.amount };
    case 'withdraw': {
      const amount = step.amount < position.weight ? step.amount : position.weight;
      return amount === 0n ? undefined : { ...placed, kind: 'withdrawn', user, to: user, amount };
    }
    case 'claim': {
      const { paid } = claimAt(farm, position, at);
      return paid === 0n ? undefined : { ...placed, kind: 'claimed', user, amount: paid };
    }
    case 'top-up':
    case 'take-back':
      break;
  }
  const left = unstreamedOf(farm, at);
  const takenBack = step.amount < left ? step.amount : left;
  const delta = step.kind === 'top-up' ? step.amount : -takenBack;
  if (delta === 0n) return undefined;
  const end = at + (step.kind === 'top-up' ? step.seconds : 1);
  const after = adjustStream({ farm, delta, endAt: end, at });
  return { ...placed, kind: 'stream-adjusted', delta, rateX: after.rateX, endAt: after.endAt };
}

/** Folds a history; `observe` sees the book after each event and the time of it. */
export function playHistory(
  steps: readonly Step[],
  farm: { readonly scaleBits: number; readonly minWeightBits: number; readonly maxRate: bigint },
  observe: (book: FarmBook, event: FarmEvent) => void = () => undefined,
): { readonly book: FarmBook; readonly at: number; readonly events: readonly FarmEvent[] } {
  const book = emptyBook();
  const events: FarmEvent[] = [];
  const apply = (event: FarmEvent): void => {
    applyFarmEvent(book, event);
    events.push(event);
    observe(book, event);
  };
  const stakeToken = toAddress(`0x${'a1'.repeat(20)}`);
  const added = { farmId: HISTORY_FARM, seq: 1, at: HISTORY_START, stakeToken, ...farm };
  apply({ ...added, kind: 'farm-added' });
  let at = HISTORY_START;
  for (const step of steps) {
    at += step.wait;
    const event = eventOf(book, step, { farmId: HISTORY_FARM, at });
    if (event !== undefined) apply(event);
  }
  return { book, at, events };
}
