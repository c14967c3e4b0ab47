import type { Address, Hex } from '#kernel';

export const PROPOSAL_STATES = [
  'pending',
  'active',
  'succeeded',
  'defeated',
  'queued',
  'executed',
  'canceled',
] as const;
export type ProposalState = (typeof PROPOSAL_STATES)[number];

/** A call as a person reads it. */
export interface ProposalCall {
  readonly target: Address;
  /** `unknown` for a contract that is not ours. */
  readonly contractName: string;
  /** Name of the function, or its selector when it is not known. */
  readonly function: string;
  readonly args: readonly { readonly name: string; readonly value: string }[];
  /** What it tells other chains to do, one sentence a command; empty for any other call. */
  readonly commands: readonly { readonly chainKey: string; readonly sentence: string }[];
}

/** One thing that has to be so once the proposal is executed. */
export interface VerificationCheck {
  readonly what: string;
  readonly chainKey: string;
  readonly expected: string;
  /** `null` while it is not known yet. */
  readonly actual: string | null;
  /** `null` while it is not known yet. */
  readonly ok: boolean | null;
}

export interface Verification {
  readonly status: 'waiting' | 'verified' | 'failed';
  readonly checks: readonly VerificationCheck[];
}

/** A proposal as of a point in chain time; times in seconds, votes in wei of the token. */
export interface ProposalView {
  /** Decimal. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly proposer: Address;
  readonly state: ProposalState;
  readonly votes: { readonly for: bigint; readonly against: bigint; readonly abstain: bigint };
  /** Votes for and abstaining that are needed together. */
  readonly quorum: bigint;
  readonly snapshotAt: number;
  readonly deadlineAt: number;
  /** Earliest execution; `null` until queued. */
  readonly eta: number | null;
  readonly calls: readonly ProposalCall[];
  readonly createdAt: number;
  readonly executedAt: number | null;
  readonly txs: { readonly created: Hex; readonly executed: Hex | null };
  readonly isFinal: boolean;
  /** `null` until executed. */
  readonly verification: Verification | null;
}
