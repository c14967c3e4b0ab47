import { BPS, defined, maxOf, minOf, mulDivDown, sumOf } from '#kernel';

/** What the controller allows one farm, and what it got last. */
export interface FarmLimits {
  readonly eid: number;
  readonly farmId: number;
  /** Least and greatest share of the budget, basis points. */
  readonly minBps: number;
  readonly maxBps: number;
  /** Target of the epoch compared with; `null` for a farm that epoch did not have. */
  readonly previousSD: bigint | null;
}

/** The part of the controller's state an epoch is decided under; amounts in shared decimals. */
export interface EmissionParameters {
  readonly budgetSD: bigint;
  /**
   * Budget of the epoch compared with: the decided one before, passing over those without a budget;
   * 0 without one. `null` in evidence of an earlier controller, which compared amounts instead of
   * shares.
   */
  readonly previousBudgetSD: bigint | null;
  /** Greatest change of a farm's target against its reference, basis points of the budget. */
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
  /** What changes are measured from; a decision of all references is acceptable. */
  readonly reference: bigint;
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

interface Bounds {
  readonly farm: FarmLimits;
  readonly least: bigint;
  readonly most: bigint;
  readonly reference: bigint;
}

/**
 * Amounts the controller accepts for each farm, in the order of the parameters: between its share
 * bounds, and no further from its reference than the change limit. The reference is the same share
 * of the budget as before, brought inside the bounds and shrunk where references together exceed a
 * chain's cap or the budget. All ends round down, as the controller computes them. Never empty when
 * `minBps <= maxBps`.
 */
export function rangesOf(parameters: EmissionParameters): readonly FarmRange[] {
  const { budgetSD, maxChangeBps, chains } = parameters;
  let bounds = parameters.farms.map((farm) => boundsOf(parameters, farm));
  if (parameters.previousBudgetSD !== null) {
    for (const { eid, maxBps } of chains) {
      const isOwn = (each: Bounds): boolean => each.farm.eid === eid;
      bounds = shrink(bounds, isOwn, chainCap(parameters, maxBps));
    }
    // What fits under the caps still does when all are shrunk once more.
    bounds = shrink(bounds, () => true, budgetSD);
  }
  const change = mulDivDown(budgetSD, BigInt(maxChangeBps), BPS);
  return bounds.map(({ farm: { eid, farmId, previousSD }, least, most, reference }) =>
    previousSD === null
      ? { eid, farmId, lo: least, hi: most, reference }
      : {
          eid,
          farmId,
          lo: maxOf(least, reference - change),
          hi: minOf(most, reference + change),
          reference,
        },
  );
}

/** The range of one farm. */
export function rangeOf(
  parameters: EmissionParameters,
  farm: { readonly eid: number; readonly farmId: number },
): FarmRange {
  const range = rangesOf(parameters).find((each) => farmKey(each) === farmKey(farm));
  return defined(range, `range of farm ${farmKey(farm)}`);
}

function boundsOf(parameters: EmissionParameters, farm: FarmLimits): Bounds {
  const { budgetSD, previousBudgetSD } = parameters;
  const least = mulDivDown(budgetSD, BigInt(farm.minBps), BPS);
  const most = mulDivDown(budgetSD, BigInt(farm.maxBps), BPS);
  const before = farm.previousSD ?? 0n;
  const share =
    previousBudgetSD === null || previousBudgetSD === 0n
      ? before
      : mulDivDown(before, budgetSD, previousBudgetSD);
  return { farm, least, most, reference: minOf(maxOf(share, least), most) };
}

/**
 * Shrinks references to `room` together, each by the same share of what it has above its minimum.
 * Where the minimums alone exceed the room, the minimums remain.
 */
function shrink(
  all: readonly Bounds[],
  isOne: (bounds: Bounds) => boolean,
  room: bigint,
): Bounds[] {
  const ones = all.filter(isOne);
  const least = sumOf(ones.map((bounds) => bounds.least));
  const total = sumOf(ones.map((bounds) => bounds.reference));
  if (total <= room || total <= least) return [...all];
  const spare = maxOf(room - least, 0n);
  return all.map((bounds) =>
    // A minimum above the maximum leaves no range at all, which is for others to say.
    isOne(bounds) && bounds.reference > bounds.least
      ? {
          ...bounds,
          reference:
            bounds.least + mulDivDown(bounds.reference - bounds.least, spare, total - least),
        }
      : bounds,
  );
}
