import { type Address, type FarmId } from '#kernel';

/** Place of an event in the history of the contract: `seq` counts its events from 1. */
interface Placed {
  readonly farmId: FarmId;
  readonly seq: number;
  /** Chain time of the block, in seconds. */
  readonly at: number;
}

export interface FarmAdded extends Placed {
  readonly kind: 'farm-added';
  readonly stakeToken: Address;
  readonly scaleBits: number;
  readonly minWeightBits: number;
  readonly maxRate: bigint;
}

export interface FarmEnded extends Placed {
  readonly kind: 'farm-ended';
}

export interface Staked extends Placed {
  readonly kind: 'staked';
  readonly user: Address;
  readonly payer: Address;
  readonly amount: bigint;
}

export interface Withdrawn extends Placed {
  readonly kind: 'withdrawn';
  readonly user: Address;
  readonly to: Address;
  readonly amount: bigint;
}

export interface Claimed extends Placed {
  readonly kind: 'claimed';
  readonly user: Address;
  /** Wei. */
  readonly amount: bigint;
}

export interface StreamAdjusted extends Placed {
  readonly kind: 'stream-adjusted';
  /** Wei applied, negative when taken back. */
  readonly delta: bigint;
  readonly rateX: bigint;
  readonly endAt: number;
}

/** What the farms contract of one chain reported. */
export type FarmEvent = FarmAdded | FarmEnded | Staked | Withdrawn | Claimed | StreamAdjusted;
