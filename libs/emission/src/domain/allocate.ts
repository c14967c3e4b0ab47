import { assert, BPS, defined, DomainError, maxOf, minOf, mulDivDown, sumOf } from '#kernel';
import { conflictsOf, REMEDY } from './conflicts.js';
import { type ChainFacts, type Policy, stakedValueMicro } from './facts.js';
import { fill, type WeightedRange } from './fill.js';
import {
  chainCap,
  compareFarms,
  type EmissionParameters,
  farmKey,
  type FarmLimits,
  type FarmRange,
  rangesOf,
  type Target,
} from './parameters.js';
import { violationsOf } from './violations.js';

/** No targets satisfy all bounds of the controller at once. */
export class ConflictingBounds extends DomainError {
  override readonly code = 'emission.conflicting-bounds';

  /** What governance can do about it, as a sentence. */
  readonly remedy = REMEDY;

  constructor(readonly conflicts: readonly string[]) {
    super(`the bounds of the controller exclude each other: ${conflicts.join('; ')}`);
  }
}

interface Candidate {
  readonly limits: FarmLimits;
  readonly range: FarmRange;
  readonly facts: ChainFacts | undefined;
}

/**
 * Splits the budget of an epoch between exactly the registered farms, ascending by (eid, farmId).
 *
 * The policy proposes, the bounds of the controller decide: the result is always one the
 * controller accepts. A farm of a chain without facts keeps its previous share as far as the
 * bounds let it; a new farm there gets its minimum. Amounts round down; what is left over stays
 * on the hub.
 *
 * @throws {ConflictingBounds} when the controller would accept no targets at all.
 */
export function allocate(options: {
  readonly policy: Policy;
  readonly facts: readonly ChainFacts[];
  readonly parameters: EmissionParameters;
}): readonly Target[] {
  const { policy, facts, parameters } = options;
  const ranges = rangesOf(parameters);
  const candidates = parameters.farms.map((limits, index) => ({
    limits,
    range: defined(ranges[index], 'range'),
    facts: facts.find(({ eid }) => eid === limits.eid),
  }));
  const conflicts = conflictsOf(parameters);
  if (conflicts.length > 0) throw new ConflictingBounds(conflicts);

  const known = candidates.filter((candidate) => hasFacts(candidate));
  const unknown = candidates.filter((candidate) => !hasFacts(candidate));
  const caps = new Map(
    parameters.chains.map(({ eid, maxBps }) => [eid, chainCap(parameters, maxBps)]),
  );
  const capOf = (eid: number) => caps.get(eid) ?? 0n;

  const lows = known.map(({ range }) => ({ ...range, amount: range.lo }));
  const kept = fill({
    farms: unknown.map(keepPrevious),
    budget: parameters.budgetSD - sumOf(lows.map(({ amount }) => amount)),
    capOf: (eid) => capOf(eid) - totalOn(eid, lows),
  });
  const held = [...kept].map(([range, amount]) => ({ ...range, amount }));
  const decided = fill({
    farms: known.map((candidate) => weigh(policy, parameters, candidate)),
    budget: parameters.budgetSD - sumOf(kept.values()),
    capOf: (eid) => capOf(eid) - totalOn(eid, held),
  });

  const targets = [...kept, ...decided]
    .map(([{ eid, farmId }, amountSD]) => ({ eid, farmId, amountSD }))
    .toSorted(compareFarms);
  const violations = violationsOf(targets, parameters);
  assert(violations.length === 0, `the controller would refuse: ${violations.join('; ')}`);
  return targets;
}

function totalOn(
  eid: number,
  amounts: readonly { readonly eid: number; readonly amount: bigint }[],
): bigint {
  return sumOf(amounts.filter((each) => each.eid === eid).map(({ amount }) => amount));
}

function hasFacts({ facts, limits }: Candidate): boolean {
  return (
    facts !== undefined &&
    facts.block !== null &&
    facts.farms.some(({ farmId }) => farmId === limits.farmId)
  );
}

function keepPrevious({ limits, range }: Candidate): WeightedRange {
  const kept = limits.previousSD === null ? range.lo : range.reference;
  return { ...range, hi: kept, weight: kept };
}

function weigh(
  policy: Policy,
  parameters: EmissionParameters,
  { range, facts }: Candidate,
): WeightedRange {
  const farm = facts?.farms.find(({ farmId }) => farmId === range.farmId);
  assert(facts && farm, `no facts of farm ${farmKey(range)}`);
  if (!farm.isActive) return { ...range, hi: range.lo, weight: 0n };
  if (policy.kind === 'tvl-weighted') return { ...range, weight: stakedValueMicro(farm) };
  const share = policy.shares[`${facts.chainKey}:${farm.farmId}`] ?? 0n;
  const wanted = mulDivDown(parameters.budgetSD, share, BPS);
  return { ...range, hi: minOf(maxOf(wanted, range.lo), range.hi), weight: share };
}
