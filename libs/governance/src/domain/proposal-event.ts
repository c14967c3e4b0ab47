import type { Address, Hex } from '#kernel';

/** Where and when an event was emitted. */
export interface ProposalPlace {
  /** Chain time, seconds. */
  readonly blockTimestamp: number;
  readonly txHash: Hex;
  readonly isFinal: boolean;
}

/** A call the proposal makes when it is executed. */
export interface RawCall {
  readonly target: Address;
  /** Native wei sent along. */
  readonly value: bigint;
  readonly data: Hex;
}

interface Created {
  readonly kind: 'created';
  readonly proposer: Address;
  readonly calls: readonly RawCall[];
  /** Chain times, seconds: votes count after the one and up to the other. */
  readonly snapshotAt: number;
  readonly deadlineAt: number;
  readonly description: string;
}

interface Voted {
  readonly kind: 'voted';
  readonly voter: Address;
  readonly support: 'against' | 'for' | 'abstain';
  /** Votes, in wei of the token. */
  readonly weight: bigint;
}

interface Queued {
  readonly kind: 'queued';
  /** Earliest chain time of the execution, seconds. */
  readonly eta: number;
}

interface Ended {
  readonly kind: 'executed' | 'canceled';
}

/** One event of the governor about one proposal. */
export type ProposalEvent = { readonly place: ProposalPlace } & (Created | Voted | Queued | Ended);
