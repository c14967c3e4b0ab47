import { BPS, sumOf } from '#kernel';
import {
  compareFarms,
  type EmissionParameters,
  farmKey,
  type FarmLimits,
  type Target,
} from './parameters.js';

/**
 * Why the controller would refuse these targets; empty when it accepts them.
 *
 * States the rules of the contract a second time, in products instead of the quotients the
 * allocation uses, so that an error in one does not hide in the other.
 */
export function violationsOf(
  targets: readonly Target[],
  parameters: EmissionParameters,
): readonly string[] {
  const expected = parameters.farms.toSorted(compareFarms).map(farmKey);
  const received = targets.map(farmKey);
  if (expected.length !== received.length || expected.some((key, i) => key !== received[i])) {
    return [`the targets name ${received.join(',')} instead of ${expected.join(',')}`];
  }
  const references = referencesOf(parameters);
  const perFarm = parameters.farms.flatMap((limits) => {
    const target = targets.find((each) => farmKey(each) === farmKey(limits));
    const reference = references.get(farmKey(limits)) ?? 0n;
    if (target === undefined) return [];
    return farmViolations({ amountSD: target.amountSD, limits, parameters, reference });
  });
  const perChain = [...new Set(targets.map(({ eid }) => eid))].flatMap((eid) => {
    const total = sumOf(targets.filter((each) => each.eid === eid).map((each) => each.amountSD));
    const maxBps = parameters.chains.find((chain) => chain.eid === eid)?.maxBps ?? 0;
    return total * BPS > parameters.budgetSD * BigInt(maxBps)
      ? [`chain ${eid} gets ${total}, above ${maxBps} bps`]
      : [];
  });
  const total = sumOf(targets.map(({ amountSD }) => amountSD));
  const budget =
    total > parameters.budgetSD ? [`all farms get ${total}, above ${parameters.budgetSD}`] : [];
  return [...perFarm, ...perChain, ...budget];
}

function farmViolations(options: {
  readonly amountSD: bigint;
  readonly limits: FarmLimits;
  readonly parameters: EmissionParameters;
  readonly reference: bigint;
}): readonly string[] {
  const { amountSD, limits, reference } = options;
  const { budgetSD, maxChangeBps } = options.parameters;
  const name = `farm ${farmKey(limits)} gets ${amountSD}`;
  const found: string[] = [];
  // floor(x / BPS) <= amount is x < (amount + 1) * BPS.
  if (budgetSD * BigInt(limits.minBps) >= (amountSD + 1n) * BPS) {
    found.push(`${name}, below its minimum`);
  }
  if (amountSD * BPS > budgetSD * BigInt(limits.maxBps)) found.push(`${name}, above its maximum`);
  if (limits.previousSD === null) return found;
  const change = amountSD > reference ? amountSD - reference : reference - amountSD;
  if (change * BPS > budgetSD * BigInt(maxChangeBps)) {
    found.push(`${name} after ${limits.previousSD}, a change above the limit`);
  }
  return found;
}

/** What the change of each farm is measured from, by its key. */
function referencesOf(parameters: EmissionParameters): ReadonlyMap<string, bigint> {
  const { budgetSD, previousBudgetSD, chains, farms } = parameters;
  const leastOf = (limits: FarmLimits): bigint => (budgetSD * BigInt(limits.minBps)) / BPS;
  const references = new Map(
    farms.map((limits) => {
      const least = leastOf(limits);
      const most = (budgetSD * BigInt(limits.maxBps)) / BPS;
      // An epoch without a budget is never compared with, so a previous target means there was one.
      const share = ((limits.previousSD ?? 0n) * budgetSD) / (previousBudgetSD || budgetSD || 1n);
      const before = previousBudgetSD === null ? (limits.previousSD ?? 0n) : share;
      if (before < least) return [farmKey(limits), least < most ? least : most];
      return [farmKey(limits), before > most ? most : before];
    }),
  );
  if (previousBudgetSD === null) return references;

  /** Takes from each what it has above its minimum, in proportion, until the sum fits. */
  const cut = (own: readonly FarmLimits[], room: bigint): void => {
    const aboveOf = (limits: FarmLimits): bigint => {
      const above = (references.get(farmKey(limits)) ?? 0n) - leastOf(limits);
      return above > 0n ? above : 0n;
    };
    const above = sumOf(own.map(aboveOf));
    const spare = room - sumOf(own.map(leastOf));
    if (above <= spare || above === 0n) return;
    const taken = above - (spare > 0n ? spare : 0n);
    for (const limits of own) {
      const loss = (aboveOf(limits) * taken + above - 1n) / above;
      references.set(farmKey(limits), leastOf(limits) + aboveOf(limits) - loss);
    }
  };
  for (const { eid, maxBps } of chains) {
    const own = farms.filter((farm) => farm.eid === eid);
    cut(own, (budgetSD * BigInt(maxBps)) / BPS);
  }
  cut(farms, budgetSD);
  return references;
}
