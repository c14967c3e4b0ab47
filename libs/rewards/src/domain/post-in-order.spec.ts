import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accruedOf, accrueTo, DUST_BITS, emptyBook, farmIn, type FarmEvent, stakeIn } from '#farms';
import {
  histories,
  HISTORY_FARM,
  historyFarms,
  historyUsers,
  playHistory,
  WIRING,
} from '#farms/testing';
import { type Hex, sumOf, toAddress, toChainId, toHex } from '#kernel';
import { type AccountKind, type JournalDraft, mayOverdraw } from '#ledger';
import { emptySums } from './farm-postings.js';
import { type BoundaryBlock } from './journal-sink.js';
import { type LocatedFact, postInOrder } from './post-in-order.js';
import { PostingFold } from './posting-fold.js';

const chain = {
  ...WIRING,
  chainId: toChainId(900_231),
  sharedUnit: 10n ** 12n,
  farms: toAddress(`0x${'fa'.repeat(20)}`),
  controller: undefined,
};

function hashOf(block: number): Hex {
  return toHex(`0x${block.toString(16).padStart(64, '0')}`);
}

/** Block numbers are times here. */
function locate(events: readonly FarmEvent[]): readonly LocatedFact[] {
  return events.map((event, logIndex) => {
    const { at } = event;
    const block = { blockNumber: at, blockHash: hashOf(at), blockTimestamp: at };
    const log = { ...block, txHash: hashOf(logIndex), logIndex };
    return { log, fact: { source: 'farms', event } };
  });
}

function boundariesAt(times: readonly number[]): readonly BoundaryBlock[] {
  const ascending = [...new Set(times)].toSorted((a, b) => a - b);
  return ascending.map((at) => ({ number: at, hash: hashOf(at), timestamp: at }));
}

function nothingStored(): PostingFold['stored'] {
  return emptySums();
}

const moments = fc.array(fc.integer({ min: 1_000, max: 4_000 }), { maxLength: 6 });

describe('postInOrder', () => {
  /** @property I9 */
  it('holds at a boundary exactly what the contract owes to users and to nobody', () => {
    fc.assert(
      fc.property(histories, historyFarms, moments, (steps, settings, ends) => {
        const { book, at, events } = playHistory(steps, settings);
        const end = at + 50;
        const fold = new PostingFold(chain, emptyBook(WIRING), nothingStored());
        postInOrder(fold, locate(events), boundariesAt([...ends.filter((to) => to < end), end]));
        const farm = accrueTo(farmIn(book, HISTORY_FARM), end);
        for (const [index, stream] of farm.streams.entries()) {
          const tail = index === 0 ? '' : `:${index}`;
          const rewards = historyUsers.map((user) => {
            const stake = stakeIn(book, HISTORY_FARM, user);
            const accrued = accruedOf(stake, index, end);
            const claimed = stake.position.claimed[index] ?? 0n;
            expect(heldBy(fold.drafts, 'reward', `${user}:1${tail}`)).toBe(accrued - claimed);
            return accrued;
          });
          expect(heldBy(fold.drafts, 'idle', `1${tail}`)).toBe(stream.idle);
          const dust = stream.dustX >> DUST_BITS;
          expect(heldBy(fold.drafts, 'dust', `1${tail}`)).toBe(dust);
          const rest = stream.funded - sumOf(rewards) - stream.idle - dust;
          expect(heldBy(fold.drafts, 'stream', `1${tail}`)).toBe(rest);
          expect(rest).toBeGreaterThanOrEqual(stream.remaining);
        }
      }),
    );
  });

  it('posts the same journals however facts and boundaries are cut into batches', () => {
    fc.assert(
      fc.property(histories, historyFarms, fc.tuple(moments, moments), (steps, farm, times) => {
        const [ends, cuts] = times;
        const facts = locate(playHistory(steps, farm).events);
        const boundaries = boundariesAt(ends);
        const whole = new PostingFold(chain, emptyBook(WIRING), nothingStored());
        postInOrder(whole, facts, boundaries);

        const carried = nothingStored();
        const book = emptyBook(WIRING);
        const pieces: JournalDraft[] = [];
        let after = -1;
        for (const upto of [...cuts.toSorted((a, b) => a - b), Number.POSITIVE_INFINITY]) {
          const fold = new PostingFold(chain, book, carried);
          // A boundary is known only once a later block is, so it can be in the next batch.
          postInOrder(
            fold,
            facts.filter(({ log }) => log.blockNumber > after && log.blockNumber <= upto),
            boundaries.filter(({ number }) => number >= after && number < upto),
          );
          pieces.push(...fold.drafts);
          after = upto;
        }
        expect(pieces).toEqual(whole.drafts);
      }),
    );
  });

  /** @property E26 */
  it('never takes more out of an account than was put in', () => {
    fc.assert(
      fc.property(histories, historyFarms, moments, (steps, farm, ends) => {
        const fold = new PostingFold(chain, emptyBook(WIRING), nothingStored());
        postInOrder(fold, locate(playHistory(steps, farm).events), boundariesAt(ends));
        const held = new Map<string, bigint>();
        for (const { kind, owner, amount } of fold.drafts.flatMap(({ postings }) => postings)) {
          const account = `${kind} ${owner}`;
          held.set(account, (held.get(account) ?? 0n) - amount);
          // What fills the pot is not part of these histories.
          if (kind === 'pot' || mayOverdraw(kind)) continue;
          expect([account, (held.get(account) ?? 0n) >= 0n]).toEqual([account, true]);
        }
      }),
    );
  });
});

function heldBy(drafts: readonly JournalDraft[], kind: AccountKind, owner: string): bigint {
  const legs = drafts.flatMap(({ postings }) => postings);
  return -sumOf(
    legs.flatMap((leg) => (leg.kind === kind && leg.owner === owner ? [leg.amount] : [])),
  );
}
