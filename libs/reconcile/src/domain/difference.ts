import { type Address, type FarmId, type Hex } from '#kernel';

/** What was compared. Rewards and payments in wei, stakes in the stake token's smallest unit. */
export type ComparedFact =
  | 'reward'
  | 'claimed'
  | 'staked'
  | 'total-staked'
  | 'funded'
  | 'pot'
  | 'returnable'
  | 'treasury'
  | 'escrow'
  | 'custody'
  | 'farm-state'
  | 'position-state'
  | 'token-book'
  | 'stored-weights'
  | 'stored-sums'
  | 'order'
  | 'decision'
  | 'journey'
  | 'proposal'
  | 'supply';

/** Where rows and chain part: after `afterBlock`, and no later than with `block`. */
export interface Divergence {
  /** Newest block at which they are known to agree; null when none was found. */
  readonly afterBlock: number | null;
  readonly block: number;
  /** Whether both ends were checked against the chain; else it is the narrowest known window. */
  readonly isExact: boolean;
  /** The first journal at which they part; null when it is no journal's doing or not known. */
  readonly journalId: number | null;
  /** The first log at which they part; null when it is no log's doing or not known. */
  readonly log: { readonly txHash: Hex; readonly logIndex: number } | null;
  /** For a person. */
  readonly sentence: string;
}

/** A value of our rows that is not the value of the chain at the same block. */
export interface Difference {
  readonly what: ComparedFact;
  /** Column of a state; null for sums. */
  readonly field: string | null;
  readonly block: number;
  readonly farmId: FarmId | null;
  readonly user: Address | null;
  /** Epoch, journey, stream or token, for a person; absent where farm and user say it all. */
  readonly subject?: string;
  /** What our rows say. */
  readonly ledger: bigint;
  /** What the chain says. */
  readonly chain: bigint;
  readonly accountId: number | null;
  /** The first journal that parts from the chain, as far as known, else the newest one. */
  readonly journalId: number | null;
  /** Null when too many things differ to look for the place of each. */
  readonly divergence: Divergence | null;
}

/** A comparison before it is known where rows and chain part. */
export type Finding = Omit<Difference, 'journalId' | 'divergence'>;

export function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}
