import { type Address, assert, type FarmId, minOf } from '#kernel';

/**
 * Twin of the accumulator of `Farms.sol`, bit for bit: the same integers, the same order of
 * operations, the same rounding. Scaled amounts count 2^-scaleBits wei, stream amounts (suffix X
 * on rate, undistributed and carried) count 2^-16 wei, times are seconds.
 *
 * Every division rounds down and keeps its remainder: the accumulator's in `residueX`, the rate's
 * in `carriedX`. So for every farm, exactly and at every time,
 * `funded << scaleBits` = claimed and pending of all positions + residueX
 * + (remaining + undistributedX + carriedX) << (scaleBits - 16).
 */
export const STREAM_BITS = 16n;

export interface FarmState {
  readonly farmId: FarmId;
  readonly stakeToken: Address;
  readonly scaleBits: number;
  readonly minWeightBits: number;
  readonly status: 'active' | 'ended';
  /** Wei per second. */
  readonly maxRate: bigint;
  readonly totalWeight: bigint;
  /** Scaled reward per unit of weight, as stored on chain. */
  readonly acc: bigint;
  readonly residueX: bigint;
  /** Time of the last checkpoint, 0 before the first. */
  readonly lastAt: number;
  readonly endAt: number;
  /** Stream units per second. */
  readonly rateX: bigint;
  readonly undistributedX: bigint;
  readonly carriedX: bigint;
  /** Wei. */
  readonly funded: bigint;
}

export interface PositionState {
  readonly farmId: FarmId;
  readonly user: Address;
  readonly weight: bigint;
  readonly accPaid: bigint;
  /** Scaled reward settled and not paid. */
  readonly pendingX: bigint;
  /** Wei paid so far. The contract does not keep it; its Claimed events sum to it. */
  readonly claimed: bigint;
}

/** A farm as it is registered: no stake, no stream, never checkpointed. */
export function newFarm(options: {
  readonly farmId: FarmId;
  readonly stakeToken: Address;
  readonly scaleBits: number;
  readonly minWeightBits: number;
  readonly maxRate: bigint;
}): FarmState {
  return {
    ...options,
    status: 'active',
    totalWeight: 0n,
    acc: 0n,
    residueX: 0n,
    lastAt: 0,
    endAt: 0,
    rateX: 0n,
    undistributedX: 0n,
    carriedX: 0n,
    funded: 0n,
  };
}

export function newPosition(farmId: FarmId, user: Address): PositionState {
  return { farmId, user, weight: 0n, accPaid: 0n, pendingX: 0n, claimed: 0n };
}

/**
 * The farm at time `at`: what streamed since its checkpoint goes to the accumulator, or, below the
 * least total weight, to `undistributedX`.
 */
export function accrueTo(farm: FarmState, at: number): FarmState {
  assert(
    at >= farm.lastAt,
    `farm ${farm.farmId}: time runs backwards from ${farm.lastAt} to ${at}`,
  );
  const until = Math.min(at, farm.endAt);
  if (until <= farm.lastAt) return { ...farm, lastAt: at };
  const emittedX = farm.rateX * BigInt(until - farm.lastAt);
  if (farm.totalWeight < 1n << BigInt(farm.minWeightBits)) {
    return { ...farm, undistributedX: farm.undistributedX + emittedX, lastAt: at };
  }
  const scaledX = (emittedX << (BigInt(farm.scaleBits) - STREAM_BITS)) + farm.residueX;
  return {
    ...farm,
    acc: farm.acc + scaledX / farm.totalWeight,
    residueX: scaledX % farm.totalWeight,
    lastAt: at,
  };
}

/** The position with everything up to accumulator value `acc` in `pendingX`. */
export function settle(position: PositionState, acc: bigint): PositionState {
  assert(
    acc >= position.accPaid,
    `farm ${position.farmId}: accumulator ${acc} is below ${position.accPaid} paid to ${position.user}`,
  );
  const pendingX = position.pendingX + position.weight * (acc - position.accPaid);
  return { ...position, pendingX, accPaid: acc };
}

/** Farm and position after `weightDelta` was staked (positive) or withdrawn (negative) at `at`. */
export function changeWeight(options: {
  readonly farm: FarmState;
  readonly position: PositionState;
  readonly weightDelta: bigint;
  readonly at: number;
}): { readonly farm: FarmState; readonly position: PositionState } {
  const farm = accrueTo(options.farm, options.at);
  const settled = settle(options.position, farm.acc);
  const weight = settled.weight + options.weightDelta;
  const totalWeight = farm.totalWeight + options.weightDelta;
  assert(weight >= 0n, `farm ${farm.farmId}: stake of ${settled.user} would fall to ${weight}`);
  assert(totalWeight >= weight, `farm ${farm.farmId}: total ${totalWeight} is below one position`);
  return { farm: { ...farm, totalWeight }, position: { ...settled, weight } };
}

/**
 * The position after a claim at `at` and the wei it pays. The farm is accrued in memory only, as
 * on chain, so a claim leaves it as it was.
 */
export function claimAt(
  farm: FarmState,
  position: PositionState,
  at: number,
): { readonly position: PositionState; readonly paid: bigint } {
  const settled = settle(position, accrueTo(farm, at).acc);
  const scale = BigInt(farm.scaleBits);
  const paid = settled.pendingX >> scale;
  return {
    paid,
    position: {
      ...settled,
      pendingX: settled.pendingX - (paid << scale),
      claimed: settled.claimed + paid,
    },
  };
}

/** Stream units from `at` to the end of the stream. */
function remainingX(farm: FarmState, at: number): bigint {
  return farm.endAt > at ? farm.rateX * BigInt(farm.endAt - at) : 0n;
}

/**
 * The farm after `delta` wei were added to (positive) or taken out of its stream at `at`; the
 * stream then ends at `endAt` or at its previous end, whichever is later.
 */
export function adjustStream(options: {
  readonly farm: FarmState;
  readonly delta: bigint;
  readonly endAt: number;
  readonly at: number;
}): FarmState {
  const { delta, at } = options;
  const farm = accrueTo(options.farm, at);
  const endAt = Math.max(farm.endAt > at ? farm.endAt : 0, options.endAt);
  assert(endAt > at, `farm ${farm.farmId}: the stream would end at ${endAt}, not after ${at}`);
  const streamX =
    remainingX(farm, at) + farm.carriedX + farm.undistributedX + (delta << STREAM_BITS);
  assert(streamX >= 0n, `farm ${farm.farmId}: more taken back than was not streamed`);
  const seconds = BigInt(endAt - at);
  const rateX = minOf(streamX / seconds, farm.maxRate << STREAM_BITS);
  return {
    ...farm,
    rateX,
    endAt,
    carriedX: streamX - rateX * seconds,
    undistributedX: 0n,
    funded: farm.funded + delta,
  };
}

/** Wei the position could claim at `at`; rounds down, the rest stays pending. */
export function earnedOf(farm: FarmState, position: PositionState, at: number): bigint {
  return settle(position, accrueTo(farm, at).acc).pendingX >> BigInt(farm.scaleBits);
}

/** Wei the position was ever given up to `at`: earned and claimed. */
export function accruedOf(farm: FarmState, position: PositionState, at: number): bigint {
  return earnedOf(farm, position, at) + position.claimed;
}

/** Wei of the stream not emitted at `at`, rounded down: remaining, carried and undistributed. */
export function unstreamedOf(farm: FarmState, at: number): bigint {
  const now = accrueTo(farm, at);
  return (remainingX(now, at) + now.carriedX + now.undistributedX) >> STREAM_BITS;
}
