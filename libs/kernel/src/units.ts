import { assert } from './errors.js';

/** Basis points of a whole. */
export const BPS = 10_000n;

/** Returns floor(a * b / denominator). Rounding down favours the protocol; name the dust's place. */
export function mulDivDown(a: bigint, b: bigint, denominator: bigint): bigint {
  assert(a >= 0n && b >= 0n, 'mulDivDown takes no negative factor');
  assert(denominator > 0n, 'denominator must be positive');
  return (a * b) / denominator;
}

/** Returns ceil(a * b / denominator). */
export function mulDivUp(a: bigint, b: bigint, denominator: bigint): bigint {
  assert(a >= 0n && b >= 0n, 'mulDivUp takes no negative factor');
  assert(denominator > 0n, 'denominator must be positive');
  return (a * b + denominator - 1n) / denominator;
}

export function minOf(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

export function maxOf(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

/** Sum of any number of amounts; 0 for none. */
export function sumOf(values: Iterable<bigint>): bigint {
  let total = 0n;
  for (const value of values) total += value;
  return total;
}
