import { type Address, type ChainId, type FarmId } from '#kernel';
import {
  accrueTo,
  earnedOf,
  type FarmState,
  type PositionState,
  STREAM_BITS,
} from './accumulator.js';

/** Which part of the history counts: up to the finalized block, or up to the newest one indexed. */
export type ViewKind = 'final' | 'provisional';

/** The block a view is true at; `timestamp` is its chain time in seconds. */
export interface AsOf {
  readonly asOfBlock: number;
  readonly asOfTimestamp: number;
  readonly isFinal: boolean;
}

/** What the deployment says about a farm. */
export interface FarmLabels {
  readonly label: string;
  readonly stakeSymbol: string;
  readonly stakeDecimals: number;
  readonly movable: boolean;
}

/** A farm at one block. Stake in the stake token's smallest unit, rewards in wei. */
export interface FarmView extends AsOf, FarmLabels {
  readonly chainId: ChainId;
  readonly chainKey: string;
  readonly farmId: FarmId;
  readonly stakeToken: Address;
  readonly state: 'active' | 'ended';
  readonly totalStaked: bigint;
  /** 2^-16 wei per second; 0 once the stream has ended. */
  readonly ratePerSecondX16: bigint;
  /** Rounded down; 0 once the stream has ended. */
  readonly rateWeiPerSecond: bigint;
  /** Second the stream ends; 0 when it never had one. */
  readonly endAt: number;
  readonly funded: bigint;
  /** Emitted while nobody was staked, rounded down. */
  readonly undistributedWei: bigint;
}

/** A user's place in a farm at one block. */
export interface PositionView extends AsOf {
  readonly chainId: ChainId;
  readonly chainKey: string;
  readonly farmId: FarmId;
  readonly user: Address;
  readonly staked: bigint;
  /** Wei the user could claim at that block. */
  readonly earned: bigint;
  readonly claimed: bigint;
}

interface OnChain {
  readonly chainId: ChainId;
  readonly chainKey: string;
}

export function viewFarm(
  farm: FarmState,
  labels: FarmLabels | undefined,
  at: AsOf & OnChain,
): FarmView {
  const now = accrueTo(farm, at.asOfTimestamp);
  const rateX = farm.endAt > at.asOfTimestamp ? farm.rateX : 0n;
  // A farm the deployment does not describe is shown all the same, in smallest units.
  const known = labels ?? {
    label: `Farm ${farm.farmId}`,
    stakeSymbol: farm.stakeToken.slice(0, 8),
    stakeDecimals: 0,
    movable: false,
  };
  return {
    ...at,
    label: known.label,
    stakeSymbol: known.stakeSymbol,
    stakeDecimals: known.stakeDecimals,
    movable: known.movable,
    farmId: farm.farmId,
    stakeToken: farm.stakeToken,
    state: farm.status,
    totalStaked: farm.totalWeight,
    ratePerSecondX16: rateX,
    rateWeiPerSecond: rateX >> STREAM_BITS,
    endAt: farm.endAt,
    funded: farm.funded,
    undistributedWei: now.undistributedX >> STREAM_BITS,
  };
}

export function viewPosition(
  farm: FarmState,
  position: PositionState,
  at: AsOf & OnChain,
): PositionView {
  return {
    ...at,
    farmId: position.farmId,
    user: position.user,
    staked: position.weight,
    earned: earnedOf(farm, position, at.asOfTimestamp),
    claimed: position.claimed,
  };
}
