import { assert, sumOf } from '#kernel';
import type { FarmRange } from './parameters.js';

/** Fraction bits of the level: finer than any weight, so that no level is skipped. */
const LEVEL_BITS = 256n;
/** At the highest level a weight of 1 reaches every 64-bit amount. */
const TOP_LEVEL = 1n << (LEVEL_BITS + 64n);

export interface WeightedRange extends FarmRange {
  /** At least 0 and below 2^256. */
  readonly weight: bigint;
}

/**
 * Water-filling: every farm gets its weight times one common level, rounded down and kept inside
 * its range; the level is the highest at which no chain exceeds its cap and all farms together fit
 * the budget. A chain at its cap stops rising and leaves the rest to the others.
 *
 * What rounding leaves over, less than one unit a farm, stays unspent. The result depends on no
 * ordering. The search takes a fixed number of steps.
 *
 * The lower ends must fit the caps and the budget: the caller has checked it.
 */
export function fill(options: {
  readonly farms: readonly WeightedRange[];
  readonly budget: bigint;
  readonly capOf: (eid: number) => bigint;
}): ReadonlyMap<WeightedRange, bigint> {
  const { farms, budget, capOf } = options;
  for (const { weight } of farms) {
    assert(weight >= 0n && weight < 1n << LEVEL_BITS, `weight ${weight} is out of range`);
  }
  const eids = [...new Set(farms.map(({ eid }) => eid))];
  const lanes = eids.map((eid) => {
    const own = farms.filter((farm) => farm.eid === eid);
    return { own, top: highestLevel((level) => totalAt(own, level) <= capOf(eid)) };
  });
  const level = highestLevel(
    (candidate) =>
      sumOf(lanes.map(({ own, top }) => totalAt(own, lower(candidate, top)))) <= budget,
  );
  return new Map(
    lanes.flatMap(({ own, top }) =>
      own.map((farm) => [farm, amountAt(farm, lower(level, top))] as const),
    ),
  );
}

function amountAt(farm: WeightedRange, level: bigint): bigint {
  const amount = (farm.weight * level) >> LEVEL_BITS;
  if (amount < farm.lo) return farm.lo;
  return amount > farm.hi ? farm.hi : amount;
}

function totalAt(farms: readonly WeightedRange[], level: bigint): bigint {
  return sumOf(farms.map((farm) => amountAt(farm, level)));
}

function lower(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

/** Highest level that fits, by halving; fitting must be monotone and hold at level 0. */
function highestLevel(fits: (level: bigint) => boolean): bigint {
  assert(fits(0n), 'the lower ends of the ranges do not fit');
  if (fits(TOP_LEVEL)) return TOP_LEVEL;
  let low = 0n;
  let high = TOP_LEVEL;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}
