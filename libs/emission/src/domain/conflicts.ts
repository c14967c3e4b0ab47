import { sumOf } from '#kernel';
import { chainCap, type EmissionParameters, farmKey, rangesOf } from './parameters.js';

/** Why no targets at all can satisfy the controller; empty when some do. */
export function conflictsOf(parameters: EmissionParameters): readonly string[] {
  const { budgetSD, chains } = parameters;
  const ranges = rangesOf(parameters);
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
 * What governance can do about conflicts. Without it they last: the next epoch meets the same
 * minimums again. The change limit is never the cause, because the references always fit when the
 * minimums do.
 */
export const REMEDY =
  'Governance can lower the minimums of the farms, or raise the caps of their chains, until these ' +
  'conflicts are gone, in one proposal.';
