import { type Address, assert, minOf } from '#kernel';

/**
 * One reward stream of a farm, integer for integer as the contract keeps it: amounts in wei, times
 * in seconds, scaled amounts (suffix X) in 2^-scaleBits wei.
 *
 * Nothing is lost: `funded << scaleBits` = claimed and pending of all positions + residueX + dust
 * + (remaining + idle) << scaleBits, exactly and at every time.
 */
export interface StreamState {
  readonly token: Address;
  /** Who may fund it; the emission receiver for the emission. */
  readonly funder: Address;
  /** Wei per second. */
  readonly maxRate: bigint;
  /** Scaled reward per unit of weight, as stored on chain. */
  readonly acc: bigint;
  /** Scaled remainder of the divisions by weights. */
  readonly residueX: bigint;
  /** Wei to be emitted until `endAt`, and what `maxRate` held back. */
  readonly remaining: bigint;
  /** Wei emitted while nobody was staked; the next adjustment folds it in. */
  readonly idle: bigint;
  /** Time of the last checkpoint, 0 before the first. */
  readonly lastAt: number;
  readonly endAt: number;
  /** Wei put in so far, less what was taken back. The contract sums this over a token's streams. */
  readonly funded: bigint;
  /** What claims rounded away so far, in 2^-DUST_BITS wei. The contract sums this, too. */
  readonly dustX: bigint;
}

/** Dust of all scales is counted in 2^-95 wei, the finest a farm may have. */
export const DUST_BITS = 95n;

const RESIDUE_BOUND = 1n << 96n;

/** Between whom a stream is split, and how finely. */
export interface Split {
  readonly scaleBits: number;
  readonly totalWeight: bigint;
}

export function newStream(options: {
  readonly token: Address;
  readonly funder: Address;
  readonly maxRate: bigint;
}): StreamState {
  return {
    ...options,
    acc: 0n,
    residueX: 0n,
    remaining: 0n,
    idle: 0n,
    lastAt: 0,
    endAt: 0,
    funded: 0n,
    dustX: 0n,
  };
}

/** Whole wei emitted from the last checkpoint to `at`; what rounds down stays in the stream. */
function emittedBy(stream: StreamState, at: number): bigint {
  const { remaining, maxRate, lastAt, endAt } = stream;
  const until = Math.min(at, endAt);
  if (until <= lastAt) return 0n;
  const seconds = BigInt(until - lastAt);
  return minOf((remaining * seconds) / BigInt(endAt - lastAt), maxRate * seconds);
}

/** The stream at time `at`: what it emitted went to the accumulator or, with nobody staked, to `idle`. */
export function accrueStream(stream: StreamState, split: Split, at: number): StreamState {
  assert(at >= stream.lastAt, `a stream's time runs backwards from ${stream.lastAt} to ${at}`);
  const emitted = emittedBy(stream, at);
  const moved = { ...stream, remaining: stream.remaining - emitted, lastAt: at };
  if (emitted === 0n) return moved;
  if (split.totalWeight === 0n) return { ...moved, idle: moved.idle + emitted };
  return divide(moved, emitted << BigInt(split.scaleBits), split.totalWeight);
}

/** Gives whole units of what the residue grew to beyond the total weight back to everybody. */
export function spreadResidue(stream: StreamState, totalWeight: bigint): StreamState {
  if (totalWeight === 0n || stream.residueX < totalWeight) return stream;
  return divide(stream, 0n, totalWeight);
}

function divide(stream: StreamState, scaled: bigint, totalWeight: bigint): StreamState {
  const x = scaled + stream.residueX;
  return { ...stream, acc: stream.acc + x / totalWeight, residueX: x % totalWeight };
}

/** The stream with the remainder of a position's division in its residue. */
export function keepRemainder(stream: StreamState, remainderX: bigint): StreamState {
  const residueX = stream.residueX + remainderX;
  assert(residueX < RESIDUE_BOUND, `residue ${residueX} does not fit its 96 bits`);
  return { ...stream, residueX };
}

/**
 * The stream after `delta` wei were added to (positive) or taken out of it at `at`; it then ends at
 * `endAt` or at its previous end, whichever is later.
 */
export function adjustStream(options: {
  readonly stream: StreamState;
  readonly split: Split;
  readonly delta: bigint;
  readonly endAt: number;
  readonly at: number;
}): StreamState {
  const { split, delta, at } = options;
  const stream = accrueStream(options.stream, split, at);
  const endAt = Math.max(stream.endAt, options.endAt);
  assert(endAt > at, `the stream would end at ${endAt}, not after ${at}`);
  const remaining = stream.remaining + stream.idle + delta;
  assert(remaining >= 0n, 'more was taken back than was not emitted');
  return { ...stream, remaining, idle: 0n, endAt, funded: stream.funded + delta };
}

/** The stream at `at`, when it is over, without the wei that were not emitted to anybody. */
export function sweepStream(
  from: StreamState,
  split: Split,
  at: number,
): { readonly stream: StreamState; readonly swept: bigint } {
  const stream = accrueStream(from, split, at);
  assert(stream.endAt <= at, `the stream runs until ${stream.endAt}, later than ${at}`);
  const swept = stream.remaining + stream.idle;
  return { stream: { ...stream, remaining: 0n, idle: 0n, funded: stream.funded - swept }, swept };
}

/** Wei not emitted to anybody at `at`: remaining and idle. */
export function unstreamedOf(stream: StreamState, split: Split, at: number): bigint {
  const now = accrueStream(stream, split, at);
  return now.remaining + now.idle;
}

/** Wei per second that the stream emits at `at`, rounded down; 0 once it has ended. */
export function rateOf(stream: StreamState, split: Split, at: number): bigint {
  const { remaining, maxRate, endAt } = accrueStream(stream, split, at);
  if (endAt <= at) return 0n;
  return minOf(remaining / BigInt(endAt - at), maxRate);
}
