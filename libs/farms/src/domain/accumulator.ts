import { type Address, assert, defined, type FarmId, minOf } from '#kernel';
import {
  accrueStream,
  adjustStream,
  DUST_BITS,
  keepRemainder,
  spreadResidue,
  type StreamState,
  sweepStream,
} from './stream.js';

/**
 * Twin of the accumulators of `Farms.sol`, bit for bit: the same integers, the same order of
 * operations, the same rounding. Scaled amounts (suffix X) count 2^-scaleBits wei.
 *
 * The twin takes weights from the events: what boost a position has is the contract's business,
 * what the weight then earns is computed here.
 */

/** The stream that the emission receiver funds; its reward token is the same in all farms. */
export const EMISSION = 0;

export type FarmStatus = 'active' | 'deposits-paused' | 'ended';

/** A lock that can be chosen. */
export interface TierState {
  /** Seconds. */
  readonly term: number;
  readonly boostBps: number;
  readonly feeBps: number;
}

export interface TenureStepState {
  /** Seconds. */
  readonly minTenure: number;
  readonly bonusBps: number;
}

export interface FarmState {
  readonly farmId: FarmId;
  readonly stakeToken: Address;
  readonly scaleBits: number;
  readonly hasTerms: boolean;
  readonly status: FarmStatus;
  readonly totalWeight: bigint;
  readonly principal: bigint;
  readonly tiers: readonly TierState[];
  readonly steps: readonly TenureStepState[];
  /** The emission first. */
  readonly streams: readonly StreamState[];
}

/** What a position agreed to when it was locked. */
export interface LockState {
  /** Second the lock ends; 0 without one. */
  readonly lockEnd: number;
  /** From 1; 0 for none. */
  readonly tier: number;
  readonly tierBoostBps: number;
  readonly feeBps: number;
}

export const NO_LOCK: LockState = { lockEnd: 0, tier: 0, tierBoostBps: 10_000, feeBps: 0 };

export interface PositionState {
  readonly farmId: FarmId;
  readonly user: Address;
  readonly principal: bigint;
  readonly weight: bigint;
  readonly lock: LockState;
  /**
   * Word that the contract stores for each stream: the accumulator up to which the position is
   * paid while it has weight, what is pending while it has none. Absent words are 0.
   */
  readonly words: readonly bigint[];
  /** Wei paid so far of each stream. The contract does not keep it; its events sum to it. */
  readonly claimed: readonly bigint[];
}

/** A position in its farm, both at one time. */
export interface Stake {
  readonly farm: FarmState;
  readonly position: PositionState;
}

/** A farm as it is registered: nobody staked, nothing funded. */
export function newFarm(
  options: Pick<FarmState, 'farmId' | 'stakeToken' | 'scaleBits' | 'hasTerms'> & {
    readonly emission: StreamState;
  },
): FarmState {
  const { emission, ...registered } = options;
  const empty = { status: 'active', totalWeight: 0n, principal: 0n, tiers: [], steps: [] } as const;
  return { ...registered, ...empty, streams: [emission] };
}

export function newPosition(farmId: FarmId, user: Address): PositionState {
  const nothing = { principal: 0n, weight: 0n, lock: NO_LOCK, words: [], claimed: [] };
  return { farmId, user, ...nothing };
}

export function streamIn(farm: FarmState, stream: number): StreamState {
  return defined(farm.streams[stream], `stream ${stream} of farm ${farm.farmId}`);
}

/** The farm with one stream replaced. */
export function withStream(farm: FarmState, index: number, stream: StreamState): FarmState {
  return { ...farm, streams: farm.streams.with(index, stream) };
}

/** The farm at time `at`: every stream with what it emitted since its checkpoint accounted for. */
export function accrueTo(farm: FarmState, at: number): FarmState {
  return { ...farm, streams: farm.streams.map((stream) => accrueStream(stream, farm, at)) };
}

/** Words of the emission share a slot with the weight; those of other streams fill theirs. */
function wordBits(stream: number): number {
  return stream === EMISSION ? 160 : 256;
}

/** Low bits of a pending amount that a word without weight does not keep. */
function droppedBits(farm: FarmState, stream: number): bigint {
  return stream === EMISSION && farm.scaleBits > 64 ? BigInt(farm.scaleBits - 64) : 0n;
}

/** Scaled reward of a position in a stream of an accrued farm. */
export function pendingXOf({ farm, position }: Stake, stream: number): bigint {
  const { weight } = position;
  const word = position.words[stream] ?? 0n;
  if (weight === 0n) return word << droppedBits(farm, stream);
  return weight * BigInt.asUintN(wordBits(stream), streamIn(farm, stream).acc - word);
}

/** The word of a position with `weight` and `pendingX`, and what the word cannot hold of it. */
function packWord(options: {
  readonly farm: FarmState;
  readonly stream: number;
  readonly weight: bigint;
  readonly pendingX: bigint;
}): { readonly word: bigint; readonly remainderX: bigint } {
  const { farm, stream, weight, pendingX } = options;
  if (weight === 0n) {
    const dropped = droppedBits(farm, stream);
    return { word: pendingX >> dropped, remainderX: BigInt.asUintN(Number(dropped), pendingX) };
  }
  const { acc } = streamIn(farm, stream);
  const word = BigInt.asUintN(wordBits(stream), acc - pendingX / weight);
  return { word, remainderX: pendingX % weight };
}

/**
 * Farm and position after the position got `weight` at `at` and `principalDelta` was staked
 * (positive) or withdrawn. Rewards of all streams stay pending, but for the remainders of less than
 * a wei that go to all stakers.
 */
export function changeWeight(
  options: Stake & {
    readonly principalDelta: bigint;
    readonly weight: bigint;
    readonly at: number;
  },
): Stake {
  const { principalDelta, weight, at } = options;
  const before = { farm: accrueTo(options.farm, at), position: options.position };
  const words = before.farm.streams.map((_, stream) => {
    const pendingX = pendingXOf(before, stream);
    return packWord({ farm: before.farm, stream, weight, pendingX });
  });
  return settled({ ...before, principalDelta, weight, words });
}

/**
 * As `changeWeight`, and the whole wei of the emission are paid. A position left without weight
 * keeps nothing of it: the rest, less than a wei, goes to all stakers.
 */
export function exitAt(
  options: Stake & {
    readonly amount: bigint;
    readonly weight: bigint;
    readonly at: number;
  },
): Stake & { readonly paid: bigint } {
  const { amount, weight, at } = options;
  const before = { farm: accrueTo(options.farm, at), position: options.position };
  const { farm } = before;
  const emittedX = pendingXOf(before, EMISSION);
  const paid = emittedX >> BigInt(farm.scaleBits);
  const restX = BigInt.asUintN(farm.scaleBits, emittedX);
  const words = farm.streams.map((_, stream) => {
    if (stream === EMISSION && weight === 0n) return { word: 0n, remainderX: restX };
    const pendingX = stream === EMISSION ? restX : pendingXOf(before, stream);
    return packWord({ farm, stream, weight, pendingX });
  });
  const after = settled({ ...before, principalDelta: -amount, weight, words });
  return { ...after, position: addClaimed(after.position, EMISSION, paid), paid };
}

function settled(
  options: Stake & {
    readonly principalDelta: bigint;
    readonly weight: bigint;
    readonly words: readonly { readonly word: bigint; readonly remainderX: bigint }[];
  },
): Stake {
  const { farm, position, principalDelta, weight, words } = options;
  const principal = position.principal + principalDelta;
  const totalWeight = farm.totalWeight - position.weight + weight;
  const where = `farm ${farm.farmId}`;
  assert(principal >= 0n, `${where}: stake of ${position.user} would fall to ${principal}`);
  assert(totalWeight >= weight, `${where}: total ${totalWeight} is below one position`);
  assert(weight === 0n || principal > 0n, `${where}: ${position.user} has weight without stake`);
  const streams = farm.streams.map((stream, index) => {
    const { remainderX } = defined(words[index], `word ${index}`);
    return spreadResidue(keepRemainder(stream, remainderX), totalWeight);
  });
  return {
    farm: { ...farm, totalWeight, principal: farm.principal + principalDelta, streams },
    position: {
      ...position,
      principal,
      weight,
      words: words.map(({ word }) => word),
      lock: principal === 0n ? NO_LOCK : position.lock,
    },
  };
}

function addClaimed(position: PositionState, stream: number, paid: bigint): PositionState {
  const claimed = position.claimed.slice();
  while (claimed.length <= stream) claimed.push(0n);
  return { ...position, claimed: claimed.with(stream, (claimed[stream] ?? 0n) + paid) };
}

/**
 * Farm and position after a claim of the emission at `at`, and the wei it pays. The farm is accrued
 * in memory only, as on chain; all that a claim leaves there is its dust.
 */
export function claimAt(
  options: Stake & {
    readonly at: number;
    /** Wei to be paid at most; everything else stays pending. */
    readonly most?: bigint | undefined;
  },
): Stake & { readonly paid: bigint } {
  const { at } = options;
  const before = { farm: accrueTo(options.farm, at), position: options.position };
  const pendingX = pendingXOf(before, EMISSION);
  const scale = BigInt(before.farm.scaleBits);
  const earned = pendingX >> scale;
  const paid = minOf(earned, options.most ?? earned);
  if (paid === 0n) return { farm: options.farm, position: options.position, paid };
  const { weight } = before.position;
  const restX = pendingX - (paid << scale);
  const { word, remainderX } = packWord({
    farm: before.farm,
    stream: EMISSION,
    weight,
    pendingX: restX,
  });
  const stored = streamIn(options.farm, EMISSION);
  const dustX = stored.dustX + (remainderX << (DUST_BITS - scale));
  return {
    farm: withStream(options.farm, EMISSION, { ...stored, dustX }),
    position: addClaimed(withWord(options.position, EMISSION, word), EMISSION, paid),
    paid,
  };
}

/** Farm and position after a claim of another stream at `at`; it stays accrued. */
export function claimStreamAt(
  options: Stake & { readonly stream: number; readonly at: number },
): Stake & { readonly paid: bigint } {
  const { stream, at, position } = options;
  assert(stream !== EMISSION, 'the emission is claimed by itself');
  const accrued = accrueStream(streamIn(options.farm, stream), options.farm, at);
  const farm = withStream(options.farm, stream, accrued);
  const pendingX = pendingXOf({ farm, position }, stream);
  const paid = pendingX >> BigInt(farm.scaleBits);
  const restX = BigInt.asUintN(farm.scaleBits, pendingX);
  const { weight } = position;
  const { word, remainderX } = packWord({ farm, stream, weight, pendingX: restX });
  const kept = spreadResidue(keepRemainder(accrued, remainderX), farm.totalWeight);
  return {
    farm: withStream(farm, stream, kept),
    position: addClaimed(withWord(position, stream, word), stream, paid),
    paid,
  };
}

function withWord(position: PositionState, stream: number, word: bigint): PositionState {
  const words = position.words.slice();
  while (words.length <= stream) words.push(0n);
  return { ...position, words: words.with(stream, word) };
}

/** The farm after `delta` wei were added to or taken out of one of its streams. */
export function adjustFarm(options: {
  readonly farm: FarmState;
  readonly stream: number;
  readonly delta: bigint;
  readonly endAt: number;
  readonly at: number;
}): FarmState {
  const { farm, stream: index, ...change } = options;
  const stream = adjustStream({ stream: streamIn(farm, index), split: farm, ...change });
  return withStream(farm, index, stream);
}

/** The farm after a stream that is over gave back `swept` wei, which nobody earned. */
export function sweepFarm(options: {
  readonly farm: FarmState;
  readonly stream: number;
  readonly at: number;
}): { readonly farm: FarmState; readonly swept: bigint } {
  const { farm, stream: index, at } = options;
  const { stream, swept } = sweepStream(streamIn(farm, index), farm, at);
  return { farm: withStream(farm, index, stream), swept };
}

/** Wei of a stream that the position could claim at `at`; rounds down, the rest stays pending. */
export function earnedOf(stake: Stake, stream: number, at: number): bigint {
  const accrued = accrueStream(streamIn(stake.farm, stream), stake.farm, at);
  const farm = withStream(stake.farm, stream, accrued);
  return pendingXOf({ farm, position: stake.position }, stream) >> BigInt(farm.scaleBits);
}

/** Wei of a stream that the position was ever given up to `at`: earned and claimed. */
export function accruedOf(stake: Stake, stream: number, at: number): bigint {
  return earnedOf(stake, stream, at) + (stake.position.claimed[stream] ?? 0n);
}
