import { type Address, type ChainId, defined, type FarmId } from '#kernel';
import {
  accrueTo,
  EMISSION,
  type FarmState,
  type FarmStatus,
  type LockState,
  pendingXOf,
  type PositionState,
  type TenureStepState,
  type TierState,
} from './accumulator.js';
import { rateOf, type StreamState } from './stream.js';

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

/** A reward stream at one block, in wei of its token. */
export interface StreamView {
  /** 0 for the emission. */
  readonly stream: number;
  readonly token: Address;
  /** Rounded down; 0 once the stream has ended. */
  readonly rateWeiPerSecond: bigint;
  readonly maxRateWeiPerSecond: bigint;
  /** Not emitted yet. */
  readonly remainingWei: bigint;
  /** Emitted while nobody was staked. */
  readonly idleWei: bigint;
  /** Second the stream ends; 0 when it never had one. */
  readonly endAt: number;
  /** Ever put in, less what was taken back. */
  readonly funded: bigint;
}

/** A farm at one block. Stake in the stake token's smallest unit. */
export interface FarmView extends AsOf, FarmLabels {
  readonly chainId: ChainId;
  readonly chainKey: string;
  readonly farmId: FarmId;
  readonly stakeToken: Address;
  readonly state: FarmStatus;
  readonly totalStaked: bigint;
  /** Stake times boost; what rewards are split by. */
  readonly totalWeight: bigint;
  readonly hasTerms: boolean;
  readonly tiers: readonly TierState[];
  readonly steps: readonly TenureStepState[];
  readonly emission: StreamView;
  /** The emission first. */
  readonly streams: readonly StreamView[];
}

/** What a position has of one stream, in wei of its token. */
export interface StreamRewardView {
  readonly stream: number;
  readonly token: Address;
  readonly earned: bigint;
  readonly claimed: bigint;
}

/** A user's place in a farm at one block. */
export interface PositionView extends AsOf {
  readonly chainId: ChainId;
  readonly chainKey: string;
  readonly farmId: FarmId;
  readonly user: Address;
  readonly staked: bigint;
  readonly weight: bigint;
  /** Null without a lock, or when it has ended. */
  readonly lock: LockState | null;
  /** Wei of the emission the user could claim at that block. */
  readonly earned: bigint;
  readonly claimed: bigint;
  /** Of every stream, the emission first. */
  readonly rewards: readonly StreamRewardView[];
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
  const streams = now.streams.map((stream, index) =>
    viewStream({ farm: now, stream, index, at: at.asOfTimestamp }),
  );
  const emission = defined(streams[EMISSION], 'emission');
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
    totalStaked: farm.principal,
    totalWeight: farm.totalWeight,
    hasTerms: farm.hasTerms,
    tiers: farm.tiers,
    steps: farm.steps,
    emission,
    streams,
  };
}

function viewStream(options: {
  readonly farm: FarmState;
  readonly stream: StreamState;
  readonly index: number;
  readonly at: number;
}): StreamView {
  const { farm, stream, index, at } = options;
  const { token, maxRate, remaining, idle, endAt, funded } = stream;
  return {
    stream: index,
    token,
    rateWeiPerSecond: rateOf(stream, farm, at),
    maxRateWeiPerSecond: maxRate,
    remainingWei: remaining,
    idleWei: idle,
    endAt,
    funded,
  };
}

export function viewPosition(
  farm: FarmState,
  position: PositionState,
  at: AsOf & OnChain,
): PositionView {
  const now = accrueTo(farm, at.asOfTimestamp);
  const scale = BigInt(farm.scaleBits);
  const rewards = now.streams.map(({ token }, stream) => ({
    stream,
    token,
    earned: pendingXOf({ farm: now, position }, stream) >> scale,
    claimed: position.claimed[stream] ?? 0n,
  }));
  const { lock } = position;
  return {
    ...at,
    farmId: position.farmId,
    user: position.user,
    staked: position.principal,
    weight: position.weight,
    lock: lock.lockEnd > at.asOfTimestamp ? lock : null,
    earned: rewards[EMISSION]?.earned ?? 0n,
    claimed: rewards[EMISSION]?.claimed ?? 0n,
    rewards,
  };
}
