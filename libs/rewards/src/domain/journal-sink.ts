import { type Address, type ChainId, type Hex } from '#kernel';
import { type AccountRef, type JournalDraft, movement, type PostingDraft } from '#ledger';

/** Place of a log, in a final block. */
export interface LogPlace {
  readonly blockNumber: number;
  readonly blockHash: Hex;
  /** Seconds. */
  readonly blockTimestamp: number;
  readonly txHash: Hex;
  readonly logIndex: number;
}

/** A block at whose end everything accrued is posted; `timestamp` in seconds. */
export interface BoundaryBlock {
  readonly number: number;
  readonly hash: Hex;
  readonly timestamp: number;
}

/** Value from one account to another. */
export interface Leg {
  readonly asset: Address;
  readonly from: AccountRef;
  readonly to: AccountRef;
  readonly amount: bigint;
}

/** Collects the journals of a chain; each log and each accrual has a key of its own. */
export class JournalSink {
  readonly drafts: JournalDraft[] = [];

  constructor(private readonly chainId: ChainId) {}

  /** One journal of everything a log moved; legs of nothing are left out, and so is a journal. */
  ofLog(place: LogPlace, kind: string, legs: readonly Leg[]): void {
    const { blockNumber, blockHash, blockTimestamp, txHash, logIndex } = place;
    this.push({
      businessKey: `log:${this.chainId}:${blockNumber}:${logIndex}`,
      kind,
      block: { number: blockNumber, hash: blockHash },
      txHash,
      logIndex,
      occurredAt: blockTimestamp,
      postings: postingsOf(legs),
    });
  }

  /** What a log took back of earlier accruals; beside the journal of what it moved. */
  ofCut(place: LogPlace, legs: readonly Leg[]): void {
    const { blockNumber, blockHash, blockTimestamp, txHash, logIndex } = place;
    this.push({
      businessKey: `cut:${this.chainId}:${blockNumber}:${logIndex}`,
      kind: 'cut',
      block: { number: blockNumber, hash: blockHash },
      txHash,
      logIndex,
      occurredAt: blockTimestamp,
      postings: postingsOf(legs),
    });
  }

  /** @param subject What accrued, unique at the boundary. */
  ofBoundary(block: BoundaryBlock, subject: string, legs: readonly Leg[]): void {
    this.push({
      businessKey: `accrual:${this.chainId}:${block.number}:${subject}`,
      kind: 'accrual',
      block: { number: block.number, hash: block.hash },
      txHash: null,
      logIndex: null,
      occurredAt: block.timestamp,
      postings: postingsOf(legs),
    });
  }

  private push(draft: Omit<JournalDraft, 'chainId'>): void {
    if (draft.postings.length === 0) return;
    this.drafts.push({ ...draft, chainId: this.chainId });
  }
}

function postingsOf(legs: readonly Leg[]): readonly PostingDraft[] {
  return legs.filter(({ amount }) => amount !== 0n).flatMap((leg) => movement(leg));
}
