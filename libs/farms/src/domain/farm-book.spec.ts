import { describe, expect, it } from 'vitest';
import { InvariantViolation, toAddress, toFarmId } from '#kernel';
import {
  applyFarmEvent,
  copyBook,
  emptyBook,
  type FarmBook,
  farmIn,
  positionIn,
} from './farm-book.js';

const farmId = toFarmId(1);
const user = toAddress(`0x${'0b'.repeat(20)}`);
const stakeToken = toAddress(`0x${'a1'.repeat(20)}`);

function bookWithStake(): FarmBook {
  const book = emptyBook();
  const settings = { stakeToken, scaleBits: 96, minWeightBits: 0, maxRate: 10n ** 20n };
  applyFarmEvent(book, { kind: 'farm-added', farmId, seq: 1, at: 1_000, ...settings });
  applyFarmEvent(book, {
    kind: 'staked',
    farmId,
    seq: 2,
    at: 1_000,
    user,
    payer: user,
    amount: 10n,
  });
  return book;
}

describe('applyFarmEvent', () => {
  it('finds out that a log is missing', () => {
    const book = bookWithStake();
    expect(() => applyFarmEvent(book, { kind: 'farm-ended', farmId, seq: 4, at: 1_001 })).toThrow(
      new InvariantViolation('farms: event 4 follows 2: the node left events out'),
    );
  });

  it('refuses a rate that is not the one of the twin', () => {
    const event = { kind: 'stream-adjusted', farmId, seq: 3, at: 1_000, delta: 100n, endAt: 1_100 };
    const wrong = { ...event, kind: 'stream-adjusted', rateX: 65_537n } as const;
    expect(() => applyFarmEvent(bookWithStake(), wrong)).toThrow(
      new InvariantViolation(
        'farm 1: stream of 65537 until 1100, the replica says 65536 until 1100',
      ),
    );
  });

  it('refuses a payment that is a wei off', () => {
    const book = bookWithStake();
    const adjusted = {
      kind: 'stream-adjusted',
      delta: 100n,
      rateX: 65_536n,
      endAt: 1_100,
    } as const;
    applyFarmEvent(book, { ...adjusted, farmId, seq: 3, at: 1_000 });
    expect(() =>
      applyFarmEvent(book, { kind: 'claimed', farmId, seq: 4, at: 1_050, user, amount: 51n }),
    ).toThrow(new InvariantViolation(`farm 1: ${user} was paid 51 wei, the replica says 50`));
  });

  it('refuses an exit of more than was staked and a farm added twice', () => {
    const exit = { kind: 'withdrawn', farmId, seq: 3, at: 1_000, user, to: user } as const;
    expect(() => applyFarmEvent(bookWithStake(), { ...exit, amount: 11n })).toThrow(
      new InvariantViolation(`farm 1: stake of ${user} would fall to -1`),
    );
    const settings = { stakeToken, scaleBits: 96, minWeightBits: 0, maxRate: 1n };
    expect(() =>
      applyFarmEvent(bookWithStake(), {
        kind: 'farm-added',
        farmId,
        seq: 3,
        at: 1_000,
        ...settings,
      }),
    ).toThrow(new InvariantViolation('farm 1 was added twice'));
  });

  it('leaves a copy as it was', () => {
    const book = bookWithStake();
    const before = copyBook(book);
    applyFarmEvent(book, { kind: 'farm-ended', farmId, seq: 3, at: 1_001 });
    expect([before.seq, farmIn(before, farmId).status]).toEqual([2, 'active']);
    expect([book.seq, farmIn(book, farmId).status]).toEqual([3, 'ended']);
    expect(positionIn(book, farmId, user).weight).toBe(10n);
  });
});
