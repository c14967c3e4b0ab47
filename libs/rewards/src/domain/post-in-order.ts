import { defined } from '#kernel';
import { type LedgerFact } from './ledger-fact.js';
import { type BoundaryBlock, type LogPlace } from './journal-sink.js';
import { type PostingFold } from './posting-fold.js';

/** A fact and the log that said it. */
export interface LocatedFact {
  readonly log: LogPlace;
  readonly fact: LedgerFact;
}

/**
 * Feeds facts and boundaries, both ascending, to the fold: the accruals of a boundary come after
 * the facts of its block and before those of the next.
 */
export function postInOrder(
  fold: PostingFold,
  facts: readonly LocatedFact[],
  boundaries: readonly BoundaryBlock[],
): void {
  let next = 0;
  const accrueBelow = (blockNumber: number): void => {
    for (; next < boundaries.length; next += 1) {
      const boundary = defined(boundaries[next], 'boundary');
      if (boundary.number >= blockNumber) return;
      fold.accrueAll(boundary);
    }
  };
  for (const { log, fact } of facts) {
    accrueBelow(log.blockNumber);
    fold.apply(fact, log);
  }
  accrueBelow(Number.POSITIVE_INFINITY);
}
