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
  const perFarm = parameters.farms.flatMap((limits) => {
    const target = targets.find((each) => farmKey(each) === farmKey(limits));
    return target === undefined ? [] : farmViolations(target.amountSD, limits, parameters);
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

function farmViolations(
  amountSD: bigint,
  limits: FarmLimits,
  { budgetSD, maxChangeBps }: EmissionParameters,
): readonly string[] {
  const name = `farm ${farmKey(limits)} gets ${amountSD}`;
  const found: string[] = [];
  // floor(x / BPS) <= amount is x < (amount + 1) * BPS.
  if (budgetSD * BigInt(limits.minBps) >= (amountSD + 1n) * BPS) {
    found.push(`${name}, below its minimum`);
  }
  if (amountSD * BPS > budgetSD * BigInt(limits.maxBps)) found.push(`${name}, above its maximum`);
  if (limits.previousSD !== null) {
    const reference = referenceOf(limits.previousSD, limits, budgetSD);
    const change = amountSD > reference ? amountSD - reference : reference - amountSD;
    if (change * BPS > budgetSD * BigInt(maxChangeBps)) {
      found.push(`${name} after ${limits.previousSD}, a change above the limit`);
    }
  }
  return found;
}

/** The previous target as far as the bounds of now let it stand. */
function referenceOf(previousSD: bigint, limits: FarmLimits, budgetSD: bigint): bigint {
  const least = (budgetSD * BigInt(limits.minBps)) / BPS;
  const most = (budgetSD * BigInt(limits.maxBps)) / BPS;
  if (previousSD < least) return least < most ? least : most;
  return previousSD > most ? most : previousSD;
}
