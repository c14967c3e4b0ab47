import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Address, InvariantViolation, sumOf } from '#kernel';
import { aFarm, aPosition } from '../testing/index.js';
import {
  histories,
  HISTORY_FARM,
  HISTORY_START,
  historyUsers,
  playHistory,
} from '../testing/history.js';
import {
  accruedOf,
  accrueTo,
  adjustStream,
  changeWeight,
  claimAt,
  earnedOf,
  type FarmState,
  settle,
  STREAM_BITS,
  unstreamedOf,
} from './accumulator.js';
import { type FarmBook, farmIn, positionIn } from './farm-book.js';
import { type FarmEvent } from './farm-event.js';

const settings = fc.record({
  scaleBits: fc.constantFrom(80, 96),
  minWeightBits: fc.constantFrom(0, 8, 40),
  maxRate: fc.constantFrom(1n, 10n ** 12n, 10n ** 20n),
});

/** Everything ever put into the stream, in scaled units, as the states account for it at `at`. */
function accountedFor(book: FarmBook, at: number): bigint {
  const farm = accrueTo(farmIn(book, HISTORY_FARM), at);
  const scale = BigInt(farm.scaleBits);
  const positions = sumOf(
    [...book.positions.values()].map(
      (position) => settle(position, farm.acc).pendingX + (position.claimed << scale),
    ),
  );
  const seconds = Math.max(farm.endAt - farm.lastAt, 0);
  const streamX = farm.rateX * BigInt(seconds) + farm.undistributedX + farm.carriedX;
  return positions + farm.residueX + (streamX << (scale - STREAM_BITS));
}

/** Share of the emission by definition: the integral of rate x weight / total, per user. */
class NaiveModel {
  private static readonly PRECISION = 400n;
  private readonly shares = new Map<Address, bigint>();
  private farm: FarmState | undefined;
  private weights = new Map<Address, bigint>();

  observe(book: FarmBook, event: FarmEvent): void {
    this.advance(event.at);
    this.farm = { ...farmIn(book, HISTORY_FARM), lastAt: event.at };
    for (const user of historyUsers) {
      this.weights.set(user, positionIn(book, HISTORY_FARM, user).weight);
    }
  }

  advance(at: number): void {
    const { farm } = this;
    if (farm === undefined) return;
    const seconds = Math.max(Math.min(at, farm.endAt) - farm.lastAt, 0);
    this.farm = { ...farm, lastAt: at };
    const total = sumOf(this.weights.values());
    if (seconds === 0 || total === 0n || total < 1n << BigInt(farm.minWeightBits)) return;
    for (const [user, weight] of this.weights) {
      const emitted = farm.rateX * BigInt(seconds) * weight;
      const share = (emitted << (NaiveModel.PRECISION - STREAM_BITS)) / total;
      this.shares.set(user, (this.shares.get(user) ?? 0n) + share);
    }
  }

  weiOf(user: Address): bigint {
    return (this.shares.get(user) ?? 0n) >> NaiveModel.PRECISION;
  }
}

describe('accumulator', () => {
  it('accounts for every funded unit after every event', () => {
    fc.assert(
      fc.property(histories, settings, (steps, farm) => {
        playHistory(steps, farm, (book, event) => {
          const { funded, scaleBits } = farmIn(book, HISTORY_FARM);
          expect(accountedFor(book, event.at + 7)).toBe(funded << BigInt(scaleBits));
        });
      }),
    );
  });

  it('gives each user the integral of their share, short by at most a wei an event', () => {
    fc.assert(
      fc.property(histories, settings, fc.integer({ min: 0, max: 200 }), (steps, farm, wait) => {
        const naive = new NaiveModel();
        const { book, at, events } = playHistory(steps, farm, (...seen) => naive.observe(...seen));
        naive.advance(at + wait);
        for (const user of historyUsers) {
          const position = positionIn(book, HISTORY_FARM, user);
          const accrued = accruedOf(farmIn(book, HISTORY_FARM), position, at + wait);
          const difference = naive.weiOf(user) - accrued;
          expect(difference < 0n ? -difference : difference).toBeLessThanOrEqual(
            BigInt(events.length),
          );
        }
      }),
    );
  });

  it('never promises more than was funded', () => {
    fc.assert(
      fc.property(histories, settings, (steps, farm) => {
        const { book, at } = playHistory(steps, farm);
        const state = farmIn(book, HISTORY_FARM);
        const accrued = sumOf(
          [...book.positions.values()].map((position) => accruedOf(state, position, at + 500)),
        );
        expect(accrued + unstreamedOf(state, at + 500)).toBeLessThanOrEqual(state.funded);
      }),
    );
  });

  it('never lets the accumulator or what a user accrued fall', () => {
    fc.assert(
      fc.property(histories, settings, (steps, farm) => {
        const best = new Map<Address, bigint>();
        let acc = 0n;
        playHistory(steps, farm, (book, event) => {
          const state = farmIn(book, HISTORY_FARM);
          expect(state.acc).toBeGreaterThanOrEqual(acc);
          acc = state.acc;
          for (const user of historyUsers) {
            const accrued = accruedOf(state, positionIn(book, HISTORY_FARM, user), event.at);
            expect(accrued).toBeGreaterThanOrEqual(best.get(user) ?? 0n);
            best.set(user, accrued);
          }
        });
      }),
    );
  });

  it('ends top-ups of one second in the same state whatever their order', () => {
    const topUp = fc.record({
      delta: fc.bigInt({ min: 0n, max: 10n ** 24n }),
      endAt: fc.integer({ min: 1_101, max: 2_000 }),
    });
    fc.assert(
      fc.property(fc.array(topUp, { maxLength: 6 }), fc.bigInt(0n, 10n ** 20n), (topUps, rateX) => {
        const farm = aFarm({ rateX, endAt: 1_200, totalWeight: 10n ** 18n });
        const play = (list: typeof topUps): FarmState =>
          list.reduce((state, next) => adjustStream({ farm: state, ...next, at: 1_100 }), farm);
        expect(play(topUps.toReversed())).toEqual(play(topUps));
      }),
    );
  });

  it('leaves the farm and everybody else alone when a user claims', () => {
    const farm = aFarm({ rateX: 7n << STREAM_BITS, endAt: 2_000, totalWeight: 3_000n });
    const position = aPosition({ weight: 1_000n });
    const { position: after, paid } = claimAt(farm, position, 1_100);
    expect(paid).toBe(233n);
    expect(after.claimed).toBe(233n);
    expect(earnedOf(farm, after, 1_100)).toBe(0n);
    expect(accruedOf(farm, after, 1_900)).toBe(accruedOf(farm, position, 1_900));
  });

  it('pays nothing for a stake that stays no time', () => {
    const farm = aFarm({ rateX: 7n << STREAM_BITS, endAt: 2_000, totalWeight: 3_000n });
    const stake = { farm, position: aPosition(), weightDelta: 10n ** 20n, at: 1_500 };
    const entered = changeWeight(stake);
    const left = changeWeight({ ...entered, weightDelta: -(10n ** 20n), at: 1_500 });
    expect(earnedOf(left.farm, left.position, 1_500)).toBe(0n);
    expect(left.farm.totalWeight).toBe(3_000n);
  });
});

describe('accrueTo', () => {
  it('keeps what streams below the least weight as undistributed', () => {
    const farm = aFarm({ rateX: 5n, endAt: 1_050, totalWeight: 1_023n });
    expect(accrueTo(farm, 1_100)).toEqual({ ...farm, undistributedX: 250n, lastAt: 1_100 });
    const atLeast = accrueTo({ ...farm, totalWeight: 1_024n }, 1_100);
    expect(atLeast.undistributedX).toBe(0n);
    expect(atLeast.acc * 1_024n + atLeast.residueX).toBe(250n << 80n);
  });

  it('moves only the time once the stream has ended', () => {
    const farm = aFarm({ rateX: 5n, endAt: 1_000, totalWeight: 10n ** 18n });
    expect(accrueTo(farm, 1_100)).toEqual({ ...farm, lastAt: 1_100 });
  });

  it('divides nothing twice within one second, even a residue above the weight', () => {
    const farm = aFarm({
      rateX: 5n,
      endAt: 2_000,
      totalWeight: 10n,
      residueX: 25n,
      minWeightBits: 0,
    });
    expect(accrueTo(farm, 1_000)).toEqual(farm);
    expect(accrueTo(farm, 1_001)).toMatchObject({
      acc: ((5n << 80n) + 25n) / 10n,
      residueX: ((5n << 80n) + 25n) % 10n,
    });
  });

  it('refuses a time before the last checkpoint', () => {
    expect(() => accrueTo(aFarm(), 999)).toThrow(
      new InvariantViolation('farm 1: time runs backwards from 1000 to 999'),
    );
  });
});

describe('adjustStream', () => {
  it('holds what exceeds the greatest rate back for the next adjustment', () => {
    const farm = adjustStream({
      farm: aFarm({ maxRate: 2n, totalWeight: 10n ** 18n }),
      delta: 1_000n,
      endAt: 1_100,
      at: 1_000,
    });
    expect(farm.rateX).toBe(2n << STREAM_BITS);
    expect(farm.carriedX).toBe(800n << STREAM_BITS);
    expect(unstreamedOf(farm, 1_050)).toBe(900n);
  });

  it('refuses to take back more than was not streamed', () => {
    const staked = aFarm({ totalWeight: 10n ** 18n });
    const farm = adjustStream({ farm: staked, delta: 100n, endAt: 1_100, at: HISTORY_START });
    expect(() => adjustStream({ farm, delta: -51n, endAt: 1_100, at: 1_050 })).toThrow(
      new InvariantViolation('farm 1: more taken back than was not streamed'),
    );
  });
});
