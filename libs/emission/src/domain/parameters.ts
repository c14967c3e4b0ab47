import { BPS, maxOf, minOf, mulDivDown } from '#kernel';

/** What the controller allows one farm, and what it got last. */
export interface FarmLimits {
  readonly eid: number;
  readonly farmId: number;
  /** Least and greatest share of the budget, basis points. */
  readonly minBps: number;
  readonly maxBps: number;
  /** Target of the last decided epoch; `null` for a farm that epoch did not have. */
  readonly previousSD: bigint | null;
}

/** The part of the controller's state an epoch is decided under; amounts in shared decimals. */
export interface EmissionParameters {
  readonly budgetSD: bigint;
  /** Greatest change of a farm's target against the last epoch, basis points of the budget. */
  readonly maxChangeBps: number;
  readonly chains: readonly { readonly eid: number; readonly maxBps: number }[];
  readonly farms: readonly FarmLimits[];
}

/** What one farm gets in one epoch in total, in shared decimals. */
export interface Target {
  readonly eid: number;
  readonly farmId: number;
  readonly amountSD: bigint;
}

/** Inclusive range of amounts the controller accepts for one farm; empty when `lo > hi`. */
export interface FarmRange {
  readonly eid: number;
  readonly farmId: number;
  readonly lo: bigint;
  readonly hi: bigint;
}

/** The order in which the controller wants targets. */
export function compareFarms(
  a: { readonly eid: number; readonly farmId: number },
  b: { readonly eid: number; readonly farmId: number },
): number {
  return a.eid - b.eid || a.farmId - b.farmId;
}

/** Names a farm across chains. */
export function farmKey(farm: { readonly eid: number; readonly farmId: number }): string {
  return `${farm.eid}:${farm.farmId}`;
}

/** Greatest amount the farms of one chain may get together; rounds down. */
export function chainCap(parameters: EmissionParameters, maxBps: number): bigint {
  return mulDivDown(parameters.budgetSD, BigInt(maxBps), BPS);
}

/**
 * Amounts the controller accepts for a farm: between its share bounds, and no further from its
 * previous target, brought inside those bounds, than the change limit. All ends round down, as the
 * controller computes them. Never empty when `minBps <= maxBps`.
 */
export function rangeOf(parameters: EmissionParameters, farm: FarmLimits): FarmRange {
  const { budgetSD, maxChangeBps } = parameters;
  const { eid, farmId, previousSD } = farm;
  const least = mulDivDown(budgetSD, BigInt(farm.minBps), BPS);
  const most = mulDivDown(budgetSD, BigInt(farm.maxBps), BPS);
  if (previousSD === null) return { eid, farmId, lo: least, hi: most };
  const reference = minOf(maxOf(previousSD, least), most);
  const change = mulDivDown(budgetSD, BigInt(maxChangeBps), BPS);
  return {
    eid,
    farmId,
    lo: maxOf(least, reference - change),
    hi: minOf(most, reference + change),
  };
}
