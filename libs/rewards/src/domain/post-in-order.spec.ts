import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accruedOf, emptyBook, farmIn, type FarmEvent, positionIn } from '#farms';
import { histories, HISTORY_FARM, historyUsers, playHistory } from '#farms/testing';
import { type Hex, sumOf, toAddress, toChainId, toHex } from '#kernel';
import { type JournalDraft } from '#ledger';
import { type LocatedFact, postInOrder } from './post-in-order.js';
import { type BoundaryBlock, PostingFold } from './posting-fold.js';

const chain = {
  chainId: toChainId(900_231),
  rewardToken: toAddress(`0x${'a0'.repeat(20)}`),
  sharedUnit: 10n ** 12n,
  bridge: toAddress(`0x${'b0'.repeat(20)}`),
  receiver: toAddress(`0x${'e0'.repeat(20)}`),
  controller: undefined,
};
const farm = { scaleBits: 96, minWeightBits: 8, maxRate: 10n ** 20n };

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
  return { posted: new Map(), escrowTokens: new Map() };
}

const moments = fc.array(fc.integer({ min: 1_000, max: 4_000 }), { maxLength: 6 });

describe('postInOrder', () => {
  it('gives every user at a boundary exactly what the contract says they accrued', () => {
    fc.assert(
      fc.property(histories, fc.integer({ min: 0, max: 300 }), (steps, wait) => {
        const { book, at, events } = playHistory(steps, farm);
        const fold = new PostingFold(chain, emptyBook(), nothingStored());
        postInOrder(fold, locate(events), boundariesAt([at + wait]));
        for (const user of historyUsers) {
          const position = positionIn(book, HISTORY_FARM, user);
          const accrued = accruedOf(farmIn(book, HISTORY_FARM), position, at + wait);
          expect(creditsOf(fold.drafts, `${user}:1`)).toBe(accrued);
        }
      }),
    );
  });

  it('posts the same journals however facts and boundaries are cut into batches', () => {
    fc.assert(
      fc.property(histories, moments, moments, (steps, ends, cuts) => {
        const facts = locate(playHistory(steps, farm).events);
        const boundaries = boundariesAt(ends);
        const whole = new PostingFold(chain, emptyBook(), nothingStored());
        postInOrder(whole, facts, boundaries);

        const carried = nothingStored();
        const book = emptyBook();
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

  it('never takes more out of a stream than was put in', () => {
    fc.assert(
      fc.property(histories, moments, (steps, ends) => {
        const fold = new PostingFold(chain, emptyBook(), nothingStored());
        postInOrder(fold, locate(playHistory(steps, farm).events), boundariesAt(ends));
        let held = 0n;
        for (const { postings } of fold.drafts) {
          held -= sumOf(
            postings.flatMap(({ kind, amount }) => (kind === 'stream' ? [amount] : [])),
          );
          expect(held).toBeGreaterThanOrEqual(0n);
        }
      }),
    );
  });
});

function creditsOf(drafts: readonly JournalDraft[], owner: string): bigint {
  const legs = drafts.flatMap(({ postings }) => postings);
  return sumOf(
    legs.flatMap((leg) =>
      leg.kind === 'reward' && leg.owner === owner && leg.amount < 0n ? [-leg.amount] : [],
    ),
  );
}
