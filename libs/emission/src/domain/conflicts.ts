import { BPS, sumOf } from '#kernel';
import { chainCap, type EmissionParameters, farmKey, rangeOf } from './parameters.js';

/** Why no targets at all can satisfy the controller; empty when some do. */
export function conflictsOf(parameters: EmissionParameters): readonly string[] {
  const { budgetSD, chains } = parameters;
  const ranges = parameters.farms.map((limits) => rangeOf(parameters, limits));
  const empty = ranges
    .filter(({ lo, hi }) => lo > hi)
    .map(
      (range) =>
        `farm ${farmKey(range)} must get at least ${range.lo} and at most ${range.hi} of ${budgetSD}`,
    );
  if (empty.length > 0) return empty;

  const unregistered = ranges
    .filter((range) => !chains.some(({ eid }) => eid === range.eid))
    .filter(({ lo }) => lo > 0n)
    .map((range) => `farm ${farmKey(range)} is on a chain that is not registered`);
  const overCap = chains.flatMap(({ eid, maxBps }) => {
    const least = sumOf(ranges.filter((range) => range.eid === eid).map(({ lo }) => lo));
    const cap = chainCap(parameters, maxBps);
    return least > cap
      ? [`the farms of chain ${eid} must get at least ${least}, above its cap ${cap}`]
      : [];
  });
  const least = sumOf(ranges.map(({ lo }) => lo));
  const overBudget =
    least > budgetSD ? [`all farms must get at least ${least}, above the budget ${budgetSD}`] : [];
  return [...unregistered, ...overCap, ...overBudget];
}

/**
 * Says what governance can do about conflicts. Without it they last: the farms keep their previous
 * targets until an epoch is decided, so the next epoch meets the same bounds again.
 */
export function remedyOf(parameters: EmissionParameters): string {
  const least = leastMaxChangeBps(parameters);
  return least === null
    ? 'Governance can lower the minimums of the farms, or raise the caps of their chains, until ' +
        'these conflicts are gone, in one proposal; no maxChangeBps helps.'
    : `Governance can raise maxChangeBps from ${parameters.maxChangeBps} to at least ${least}, ` +
        'or lower the bounds of the farms until these conflicts are gone, in one proposal.';
}

/** Smallest change limit without conflicts, null when there is none; a wider one never adds any. */
function leastMaxChangeBps(parameters: EmissionParameters): number | null {
  const isFree = (maxChangeBps: number) =>
    conflictsOf({ ...parameters, maxChangeBps }).length === 0;
  let [low, high] = [parameters.maxChangeBps, Number(BPS)];
  if (!isFree(high)) return null;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (isFree(middle)) high = middle;
    else low = middle + 1;
  }
  return high;
}
