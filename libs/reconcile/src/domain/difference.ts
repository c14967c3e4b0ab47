import { type Address, type FarmId } from '#kernel';

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
  | 'supply';

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
  /** The journal the audit found wrong on that account, else the newest one on it. */
  readonly journalId: number | null;
}

/** A comparison before the journals behind it are known. */
export type Finding = Omit<Difference, 'journalId'>;

export function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}
