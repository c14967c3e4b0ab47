import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvariantViolation, sumOf } from '#kernel';
import { aFarm, aPosition, aStream } from '../testing/index.js';
import {
  histories,
  HISTORY_FARM,
  historyFarms,
  historyUsers,
  leastWeight,
  playHistory,
} from '../testing/history.js';
import { NaiveStream } from '../testing/naive-model.js';
import {
  accruedOf,
  accrueTo,
  adjustFarm,
  changeWeight,
  claimAt,
  claimStreamAt,
  earnedOf,
  EMISSION,
  exitAt,
  type FarmState,
  pendingXOf,
  type Stake,
  streamIn,
} from './accumulator.js';
import { type FarmBook, farmIn, stakeIn, tokenIn } from './farm-book.js';
import { accrueStream, DUST_BITS, unstreamedOf } from './stream.js';

/** Everything ever put into a stream, in 2^-95 wei, as the states account for it at `at`. */
function accountedFor(book: FarmBook, index: number, at: number): bigint {
  const farm = accrueTo(farmIn(book, HISTORY_FARM), at);
  const stream = streamIn(farm, index);
  const scale = BigInt(farm.scaleBits);
  const positions = sumOf(
    [...book.positions.values()].map((position) => {
      const claimed = (position.claimed[index] ?? 0n) << scale;
      return pendingXOf({ farm, position }, index) + claimed;
    }),
  );
  const scaled = positions + stream.residueX + ((stream.remaining + stream.idle) << scale);
  return (scaled << (DUST_BITS - scale)) + stream.dustX;
}

function stakes(book: FarmBook): readonly Stake[] {
  return [...book.positions.values()].map(({ user }) => stakeIn(book, HISTORY_FARM, user));
}

/** A word of the contract has this many bits for the fields that share a slot. */
function fits(value: bigint, bits: number): boolean {
  return value >= 0n && value >> BigInt(bits) === 0n;
}

describe('accumulator', () => {
  it('accounts for every funded unit of every stream after every event', () => {
    fc.assert(
      fc.property(histories, historyFarms, (steps, farm) => {
        playHistory(steps, farm, (book, event) => {
          const { streams } = farmIn(book, HISTORY_FARM);
          for (const [index, { funded }] of streams.entries()) {
            expect(accountedFor(book, index, event.at + 7)).toBe(funded << DUST_BITS);
          }
        });
      }),
    );
  });

  it('gives each user the integral of their share, short by at most a wei an event', () => {
    fc.assert(
      fc.property(histories, historyFarms, fc.nat(200), (steps, farm, wait) => {
        const naive = Array.from(
          { length: farm.streamCount },
          (_, index) => new NaiveStream(index, farm.maxRate),
        );
        const { book, at, events } = playHistory(steps, farm, (_book, event) => {
          for (const stream of naive) stream.observe(event);
        });
        for (const [index, stream] of naive.entries()) {
          stream.advance(at + wait);
          for (const user of historyUsers) {
            const accrued = accruedOf(stakeIn(book, HISTORY_FARM, user), index, at + wait);
            const difference = stream.weiOf(user) - accrued;
            expect(difference < 0n ? -difference : difference).toBeLessThanOrEqual(
              BigInt(events.length),
            );
          }
        }
      }),
    );
  });

  it('never promises more than was funded', () => {
    fc.assert(
      fc.property(histories, historyFarms, (steps, settings) => {
        const { book, at } = playHistory(steps, settings);
        const farm = farmIn(book, HISTORY_FARM);
        for (const [index, stream] of farm.streams.entries()) {
          const accrued = sumOf(stakes(book).map((stake) => accruedOf(stake, index, at + 500)));
          const left = unstreamedOf(stream, farm, at + 500);
          expect(accrued + left).toBeLessThanOrEqual(stream.funded);
        }
      }),
    );
  });

  it('never lets what a user accrued fall by more than the wei a division cuts off', () => {
    fc.assert(
      fc.property(histories, historyFarms, (steps, settings) => {
        const best = new Map<string, bigint>();
        playHistory(steps, settings, (book, event) => {
          const touched = 'user' in event ? event.user : undefined;
          for (const stake of stakes(book)) {
            const { user } = stake.position;
            for (const index of stake.farm.streams.keys()) {
              const accrued = accruedOf(stake, index, event.at);
              const before = best.get(`${user}:${index}`) ?? 0n;
              const slack = user === touched ? 1n : 0n;
              expect(accrued).toBeGreaterThanOrEqual(before - slack);
              best.set(`${user}:${index}`, accrued);
            }
          }
        });
      }),
    );
  });

  it('keeps every word inside the bits it has on chain', () => {
    fc.assert(
      fc.property(histories, historyFarms, (steps, settings) => {
        playHistory(steps, settings, (book) => {
          const { streams, totalWeight, scaleBits } = farmIn(book, HISTORY_FARM);
          for (const { acc, residueX, remaining, idle } of streams) {
            const amounts = [residueX, remaining, idle].map((value) => fits(value, 96));
            expect([fits(acc, 160), ...amounts]).toEqual([true, true, true, true]);
            expect(totalWeight === 0n || residueX < totalWeight).toBe(true);
          }
          expect(totalWeight === 0n || totalWeight >= leastWeight(scaleBits)).toBe(true);
          for (const { words } of book.positions.values()) {
            expect(fits(words[EMISSION] ?? 0n, 160)).toBe(true);
          }
        });
      }),
    );
  });

  it('sums the dust and the payments of all positions in the books of the token', () => {
    fc.assert(
      fc.property(histories, historyFarms, (steps, settings) => {
        const { book } = playHistory(steps, settings);
        for (const [index, stream] of farmIn(book, HISTORY_FARM).streams.entries()) {
          const { funded, settled, dustX } = tokenIn(book, stream.token);
          const paid = sumOf(stakes(book).map(({ position }) => position.claimed[index] ?? 0n));
          expect([funded, (settled << DUST_BITS) + dustX]).toEqual([
            stream.funded,
            (paid << DUST_BITS) + stream.dustX,
          ]);
        }
      }),
    );
  });

  it('ends top-ups of one second in the same state whatever their order', () => {
    const topUp = fc.record({
      delta: fc.bigInt({ min: 0n, max: 10n ** 24n }),
      endAt: fc.integer({ min: 1_101, max: 2_000 }),
    });
    const given = fc.bigInt({ min: 0n, max: 10n ** 24n });
    fc.assert(
      fc.property(fc.array(topUp, { maxLength: 6 }), given, (topUps, remaining) => {
        const farm = aFarm({ stream: { remaining, endAt: 1_200 }, totalWeight: 10n ** 18n });
        const play = (list: typeof topUps): FarmState =>
          list.reduce(
            (state, next) => adjustFarm({ farm: state, stream: EMISSION, ...next, at: 1_100 }),
            farm,
          );
        expect(play(topUps.toReversed())).toEqual(play(topUps));
      }),
    );
  });
});

describe('claimAt', () => {
  const farm = aFarm({ stream: { remaining: 7_000n, endAt: 2_000 }, totalWeight: 3_000n });
  const position = aPosition({ principal: 1_000n, weight: 1_000n });

  it('leaves everybody else and the accumulator alone', () => {
    const claimed = claimAt({ farm, position, at: 1_100 });
    expect(claimed.paid).toBe(233n);
    expect(claimed.position.claimed).toEqual([233n]);
    expect(earnedOf(claimed, EMISSION, 1_100)).toBe(0n);
    expect(accruedOf(claimed, EMISSION, 1_900)).toBe(
      accruedOf({ farm, position }, EMISSION, 1_900),
    );
    const { dustX } = streamIn(claimed.farm, EMISSION);
    expect(claimed.farm).toEqual({ ...farm, streams: [{ ...streamIn(farm, EMISSION), dustX }] });
    expect(dustX < 1_000n << (DUST_BITS - 80n)).toBe(true);
  });

  it('changes nothing when there is no whole wei to pay', () => {
    const all = aPosition({ principal: 3n, weight: 3n });
    expect(claimAt({ farm, position: all, at: 1_001 })).toEqual({ farm, position: all, paid: 0n });
  });

  it('pays what is pending after everything was withdrawn, and keeps the fraction', () => {
    const options = { farm, position, at: 1_100, principalDelta: -1_000n, weight: 0n };
    const left = changeWeight(options);
    const claimed = claimAt({ ...left, at: 1_500 });
    expect(claimed.paid).toBe(233n);
    expect(claimed.position.words).toEqual([(left.position.words[0] ?? 0n) - (233n << 64n)]);
    expect(claimed.farm).toEqual(left.farm);
  });
});

describe('exitAt', () => {
  it('pays like a claim and leaves nothing of the position behind', () => {
    const farm = aFarm({ stream: { remaining: 7_000n, endAt: 2_000 }, totalWeight: 3_000n });
    const position = aPosition({ principal: 1_000n, weight: 1_000n });
    const left = exitAt({ farm, position, amount: 1_000n, weight: 0n, at: 1_100 });
    expect(left.paid).toBe(233n);
    expect(left.position).toEqual({
      ...position,
      principal: 0n,
      weight: 0n,
      words: [0n],
      claimed: [233n],
    });
    expect(left.farm.totalWeight).toBe(2_000n);
  });
});

describe('changeWeight', () => {
  it('pays nothing for a stake that stays no time', () => {
    const farm = aFarm({ stream: { remaining: 7_000n, endAt: 2_000 }, totalWeight: 3_000n });
    const amount = 10n ** 20n;
    const stake = {
      farm,
      position: aPosition(),
      principalDelta: amount,
      weight: amount,
      at: 1_500,
    };
    const entered = changeWeight(stake);
    const left = changeWeight({ ...entered, principalDelta: -amount, weight: 0n, at: 1_500 });
    expect(earnedOf(left, EMISSION, 1_500)).toBe(0n);
    expect(left.farm.totalWeight).toBe(3_000n);
  });

  it('gives a residue that outgrew the weight to those who stay', () => {
    const farm = aFarm({ totalWeight: 1_010n, principal: 1_010n, stream: { residueX: 1_005n } });
    const position = aPosition({ principal: 1_000n, weight: 1_000n });
    const left = changeWeight({ farm, position, principalDelta: -1_000n, weight: 0n, at: 1_000 });
    expect(streamIn(left.farm, EMISSION)).toMatchObject({ acc: 100n, residueX: 5n });
  });

  it('refuses an exit of more than was staked', () => {
    const position = aPosition({ principal: 10n, weight: 10n });
    const farm = aFarm({ totalWeight: 10n, principal: 10n });
    const stake = { farm, position, principalDelta: -11n, weight: 0n, at: 1_000 };
    expect(() => changeWeight(stake)).toThrow(
      new InvariantViolation(`farm 1: stake of ${position.user} would fall to -1`),
    );
  });
});

describe('claimStreamAt', () => {
  it('keeps the remainder in the stream itself', () => {
    const second = aStream({ remaining: 7_000n, endAt: 2_000 });
    const farm = aFarm({ totalWeight: 3_000n });
    const position = aPosition({ principal: 1_000n, weight: 1_000n });
    const both = { ...farm, streams: [...farm.streams, second] };
    const claimed = claimStreamAt({ farm: both, position, stream: 1, at: 1_100 });
    expect([claimed.paid, claimed.position.claimed]).toEqual([233n, [0n, 233n]]);
    expect(streamIn(claimed.farm, 1)).toMatchObject({
      lastAt: 1_100,
      remaining: 6_300n,
      dustX: 0n,
    });
    expect(streamIn(claimed.farm, EMISSION)).toEqual(streamIn(farm, EMISSION));
  });
});

describe('accrueStream', () => {
  const split = { scaleBits: 80, totalWeight: 0n };

  it('keeps what is emitted while nobody is staked as idle', () => {
    const stream = aStream({ remaining: 250n, endAt: 1_050 });
    expect(accrueStream(stream, split, 1_020)).toEqual({
      ...stream,
      remaining: 150n,
      idle: 100n,
      lastAt: 1_020,
    });
  });

  it('holds what exceeds the greatest rate back until the next adjustment', () => {
    const farm = aFarm({ stream: { maxRate: 2n }, totalWeight: 10n ** 18n });
    const change = { stream: EMISSION, delta: 1_000n, endAt: 1_100, at: 1_000 };
    const ended = accrueTo(adjustFarm({ farm, ...change }), 1_200);
    expect(streamIn(ended, EMISSION)).toMatchObject({ remaining: 800n, endAt: 1_100 });
    const again = adjustFarm({ farm: ended, ...change, delta: 1n, endAt: 1_300, at: 1_200 });
    expect(streamIn(again, EMISSION)).toMatchObject({ remaining: 801n, endAt: 1_300 });
  });

  /** @property E27 */
  it('moves only the time once the stream has ended', () => {
    const stream = aStream({ remaining: 5n, endAt: 1_000 });
    expect(accrueStream(stream, split, 1_100)).toEqual({ ...stream, lastAt: 1_100 });
  });

  it('refuses a time before the last checkpoint', () => {
    expect(() => accrueStream(aStream(), split, 999)).toThrow(
      new InvariantViolation("a stream's time runs backwards from 1000 to 999"),
    );
  });
});

describe('adjustFarm', () => {
  it('refuses to take back more than was not emitted', () => {
    const farm = aFarm({ totalWeight: 10n ** 18n, stream: { remaining: 100n, endAt: 1_100 } });
    const change = { farm, stream: EMISSION, delta: -51n, endAt: 1_100, at: 1_050 };
    expect(() => adjustFarm(change)).toThrow(
      new InvariantViolation('more was taken back than was not emitted'),
    );
  });
});
