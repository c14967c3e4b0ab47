import { describe, expect, it } from 'vitest';
import { type Address, InvariantViolation, toAddress, toFarmId } from '#kernel';
import { REWARD_TOKEN, WIRING } from '../testing/index.js';
import { applyFarmEvent } from './apply-farm-event.js';
import { copyBook, emptyBook, type FarmBook, farmIn, positionIn, tokenIn } from './farm-book.js';
import { type FarmEvent } from './farm-event.js';

const farmId = toFarmId(1);
const user = toAddress(`0x${'0b'.repeat(20)}`);
const stakeToken = toAddress(`0x${'a1'.repeat(20)}`);
const fee = toAddress(`0x${'f1'.repeat(20)}`);
const settings = { stakeToken, scaleBits: 80, maxRate: 10n ** 20n, hasTerms: true } as const;
const stream = { kind: 'stream-adjusted', stream: 0, delta: 100n, endAt: 1_100 } as const;

type Body<Event = FarmEvent> = Event extends FarmEvent
  ? Omit<Event, 'seq' | 'at' | 'farmId'>
  : never;

/** Applies an event of the farm as the next one of the contract. */
function apply(book: FarmBook, at: number, body: Body): void {
  const placed = { farmId, seq: book.seq + 1, at };
  const event: FarmEvent = { ...body, ...placed };
  applyFarmEvent(book, event);
}

function staked(who: Address, amount: bigint, weight: bigint): Body {
  return { kind: 'staked', user: who, payer: who, amount, weight };
}

function bookWithStake(): FarmBook {
  const book = emptyBook(WIRING);
  apply(book, 1_000, { kind: 'farm-added', ...settings });
  apply(book, 1_000, staked(user, 2n ** 20n, 2n ** 20n));
  return book;
}

describe('applyFarmEvent', () => {
  it('finds out that a log is missing', () => {
    const late = { kind: 'farm-state-set', state: 'ended', farmId, seq: 4, at: 1_001 } as const;
    expect(() => applyFarmEvent(bookWithStake(), late)).toThrow(
      new InvariantViolation('farms: event 4 follows 2: the node left events out'),
    );
  });

  it('refuses a stream that is not the one of the twin', () => {
    expect(() => apply(bookWithStake(), 1_000, { ...stream, remaining: 101n })).toThrow(
      new InvariantViolation(
        'farm 1: 101 wei until 1100 in stream 0, the replica says 100 until 1100',
      ),
    );
  });

  it('refuses a payment that is a wei off', () => {
    const book = bookWithStake();
    apply(book, 1_000, { ...stream, remaining: 100n });
    expect(() => apply(book, 1_050, { kind: 'claimed', user, to: user, amount: 51n })).toThrow(
      new InvariantViolation(`farm 1: ${user} was paid 51 wei, the replica says 50`),
    );
  });

  it('lets the bridge take less than all, and nobody else', () => {
    const book = bookWithStake();
    apply(book, 1_000, { ...stream, remaining: 100n });
    apply(book, 1_050, { kind: 'claimed', user, to: WIRING.bridge, amount: 40n });
    apply(book, 1_050, { kind: 'claimed', user, to: user, amount: 10n });
    expect(positionIn(book, farmId, user).claimed).toEqual([50n]);
    expect(tokenIn(book, REWARD_TOKEN)).toMatchObject({ funded: 100n, settled: 50n });
  });

  it('refuses a farm added twice and a stream out of turn', () => {
    expect(() => apply(bookWithStake(), 1_000, { kind: 'farm-added', ...settings })).toThrow(
      new InvariantViolation('farm 1 was added twice'),
    );
    const added = { kind: 'stream-added', token: fee, funder: user, maxRate: 1n } as const;
    expect(() => apply(bookWithStake(), 1_000, { ...added, stream: 2 })).toThrow(
      new InvariantViolation('farm 1: stream 2 is not the next'),
    );
  });

  it('follows a lock from its begin to the end of the stake', () => {
    const book = bookWithStake();
    const lock = { lockEnd: 1_500, tier: 1, tierBoostBps: 15_000, feeBps: 200 };
    apply(book, 1_000, staked(user, 0n, 3n * 2n ** 19n));
    apply(book, 1_000, { kind: 'locked', user, ...lock });
    expect(positionIn(book, farmId, user)).toMatchObject({ weight: 3n * 2n ** 19n, lock });
    const all = { kind: 'withdrawn', user, to: user, amount: 2n ** 20n, weight: 0n } as const;
    apply(book, 1_600, all);
    expect(positionIn(book, farmId, user)).toMatchObject({
      principal: 0n,
      lock: { lockEnd: 0, tier: 0, tierBoostBps: 10_000, feeBps: 0 },
    });
  });

  it('books fees for stakers in the stream beside them, others for the treasury', () => {
    const book = bookWithStake();
    const token = stakeToken;
    apply(book, 1_000, { kind: 'stream-added', stream: 1, token, funder: user, maxRate: 1n });
    apply(book, 1_000, { kind: 'exit-fee-taken', user, fee: 7n, toStakers: true });
    const toStakers = { stream: 1, delta: 7n, remaining: 7n, endAt: 1_060 };
    apply(book, 1_000, { kind: 'stream-adjusted', ...toStakers });
    apply(book, 1_000, { kind: 'exit-fee-taken', user, fee: 5n, toStakers: false });
    expect(tokenIn(book, token)).toMatchObject({ funded: 7n, treasuryDue: 5n });
    applyFarmEvent(book, {
      kind: 'treasury-paid',
      seq: book.seq + 1,
      at: 1_001,
      token,
      amount: 5n,
    });
    expect(tokenIn(book, token)).toMatchObject({ funded: 7n, treasuryDue: 0n });
  });

  it('bounds a stream anew from now on and leaves what was emitted', () => {
    const book = bookWithStake();
    apply(book, 1_000, { ...stream, remaining: 100n });
    apply(book, 1_010, { kind: 'max-rate-set', stream: 0, maxRate: 0n });
    expect(farmIn(book, farmId).streams).toMatchObject([{ remaining: 90n, lastAt: 1_010 }]);
    apply(book, 1_090, { kind: 'claimed', user, to: user, amount: 10n });
  });

  it('leaves a copy as it was', () => {
    const book = bookWithStake();
    const before = copyBook(book);
    apply(book, 1_001, { kind: 'farm-state-set', state: 'deposits-paused' });
    apply(book, 1_001, { ...stream, remaining: 100n });
    expect([before.seq, farmIn(before, farmId).status]).toEqual([2, 'active']);
    expect([book.seq, farmIn(book, farmId).status]).toEqual([4, 'deposits-paused']);
    expect(before.tokens.size).toBe(0);
    expect(positionIn(book, farmId, user).weight).toBe(2n ** 20n);
  });
});
