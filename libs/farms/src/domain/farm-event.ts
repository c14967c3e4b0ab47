import { type Address, type FarmId } from '#kernel';
import {
  type FarmStatus,
  type LockState,
  type TenureStepState,
  type TierState,
} from './accumulator.js';

/** Place of an event in the history of the contract: `seq` counts its events from 1. */
interface Placed {
  readonly seq: number;
  /** Chain time of the block, in seconds. */
  readonly at: number;
}

interface OfFarm extends Placed {
  readonly farmId: FarmId;
}

interface OfPosition extends OfFarm {
  readonly user: Address;
}

export interface FarmAdded extends OfFarm {
  readonly kind: 'farm-added';
  readonly stakeToken: Address;
  readonly scaleBits: number;
  readonly maxRate: bigint;
  readonly hasTerms: boolean;
}

export interface FarmStateSet extends OfFarm {
  readonly kind: 'farm-state-set';
  readonly state: FarmStatus;
}

export interface MaxRateSet extends OfFarm {
  readonly kind: 'max-rate-set';
  readonly stream: number;
  readonly maxRate: bigint;
}

export interface TermsSet extends OfFarm {
  readonly kind: 'terms-set';
  readonly tiers: readonly TierState[];
  readonly steps: readonly TenureStepState[];
}

export interface StreamAdded extends OfFarm {
  readonly kind: 'stream-added';
  readonly stream: number;
  readonly token: Address;
  readonly funder: Address;
  readonly maxRate: bigint;
}

export interface FunderSet extends OfFarm {
  readonly kind: 'funder-set';
  readonly stream: number;
  readonly funder: Address;
}

export interface Staked extends OfPosition {
  readonly kind: 'staked';
  /** The farms contract itself for a compound or a migration. */
  readonly payer: Address;
  readonly amount: bigint;
  /** Of the position, after it. */
  readonly weight: bigint;
}

export interface Locked extends OfPosition, LockState {
  readonly kind: 'locked';
}

export interface Withdrawn extends OfPosition {
  readonly kind: 'withdrawn';
  /** The farms contract itself for a migration. */
  readonly to: Address;
  /** An early-exit fee included. */
  readonly amount: bigint;
  readonly weight: bigint;
}

export interface Exited extends OfPosition {
  readonly kind: 'exited';
  readonly amount: bigint;
  readonly weight: bigint;
  /** Wei of the emission. */
  readonly paid: bigint;
}

export interface ExitFeeTaken extends OfPosition {
  readonly kind: 'exit-fee-taken';
  readonly fee: bigint;
  /** Else the treasury is owed it. */
  readonly toStakers: boolean;
}

export interface Repriced extends OfPosition {
  readonly kind: 'repriced';
  readonly weight: bigint;
}

export interface Claimed extends OfPosition {
  readonly kind: 'claimed';
  readonly to: Address;
  /** Wei of the emission. */
  readonly amount: bigint;
}

export interface StreamClaimed extends OfPosition {
  readonly kind: 'stream-claimed';
  readonly stream: number;
  readonly to: Address;
  readonly amount: bigint;
}

export interface StreamClaimSkipped extends OfPosition {
  readonly kind: 'stream-claim-skipped';
  readonly stream: number;
}

export interface StreamAdjusted extends OfFarm {
  readonly kind: 'stream-adjusted';
  readonly stream: number;
  /** Wei applied, negative when taken back. */
  readonly delta: bigint;
  /** Wei to be emitted, after it. */
  readonly remaining: bigint;
  readonly endAt: number;
}

/** What nobody earned of a stream that is over in an ended farm went back. */
export interface StreamSwept extends OfFarm {
  readonly kind: 'stream-swept';
  readonly stream: number;
  /** Its funder, or the treasury. */
  readonly to: Address;
  readonly amount: bigint;
}

export interface RecipientSet extends Placed {
  readonly kind: 'recipient-set';
  readonly user: Address;
  readonly recipient: Address;
}

export interface TreasuryPaid extends Placed {
  readonly kind: 'treasury-paid';
  readonly token: Address;
  readonly amount: bigint;
}

export interface SurplusRecovered extends Placed {
  readonly kind: 'surplus-recovered';
  readonly token: Address;
  readonly to: Address;
  readonly amount: bigint;
}

export interface PauserSet extends Placed {
  readonly kind: 'guardian-set' | 'sentinel-set';
}

/** What happened to a position, and to its farm. */
export type PositionEvent =
  | Staked
  | Locked
  | Withdrawn
  | Exited
  | ExitFeeTaken
  | Repriced
  | Claimed
  | StreamClaimed
  | StreamClaimSkipped;

/** What the farms contract of one chain reported. */
export type FarmEvent =
  | PositionEvent
  | FarmAdded
  | FarmStateSet
  | MaxRateSet
  | TermsSet
  | StreamAdded
  | FunderSet
  | StreamAdjusted
  | StreamSwept
  | RecipientSet
  | TreasuryPaid
  | SurplusRecovered
  | PauserSet;
