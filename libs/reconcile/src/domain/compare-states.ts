import { type FarmState, type PositionState } from '#farms';
import { type FarmId, sumOf } from '#kernel';
import { type Finding } from './difference.js';
import { different } from './compare-rows.js';

/** Columns of a farm that the contract stores as well; what is no number is given as one. */
export type FarmNumbers = Readonly<Record<FarmField, bigint>>;
type FarmField =
  | 'stakeToken'
  | 'scaleBits'
  | 'minWeightBits'
  | 'status'
  | 'maxRate'
  | 'totalWeight'
  | 'acc'
  | 'residueX'
  | 'lastAt'
  | 'endAt'
  | 'rateX'
  | 'undistributedX'
  | 'carriedX'
  | 'funded';

export type PositionNumbers = Readonly<Record<'weight' | 'accPaid' | 'pendingX', bigint>>;

/** The stored farm in the numbers of the contract: a status of 1 is active, 2 ended. */
export function numbersOfFarm(farm: FarmState): FarmNumbers {
  return {
    stakeToken: BigInt(farm.stakeToken),
    scaleBits: BigInt(farm.scaleBits),
    minWeightBits: BigInt(farm.minWeightBits),
    status: farm.status === 'active' ? 1n : 2n,
    maxRate: farm.maxRate,
    totalWeight: farm.totalWeight,
    acc: farm.acc,
    residueX: farm.residueX,
    lastAt: BigInt(farm.lastAt),
    endAt: BigInt(farm.endAt),
    rateX: farm.rateX,
    undistributedX: farm.undistributedX,
    carriedX: farm.carriedX,
    funded: farm.funded,
  };
}

/** Compares a stored farm with the contract, column by column. */
export function compareFarm(
  farm: FarmState,
  chain: FarmNumbers,
  block: number,
): readonly Finding[] {
  const place = { what: 'farm-state', block, farmId: farm.farmId, user: null } as const;
  return compareNumbers(numbersOfFarm(farm), chain, place);
}

/** Compares a stored position with the contract, column by column. */
export function comparePosition(
  position: Pick<PositionState, 'farmId' | 'user' | keyof PositionNumbers>,
  chain: PositionNumbers,
  block: number,
): readonly Finding[] {
  const { farmId, user, weight, accPaid, pendingX } = position;
  const place = { what: 'position-state', block, farmId, user } as const;
  return compareNumbers({ weight, accPaid, pendingX }, chain, place);
}

/** A farm that the chain has and our rows have not. */
export function missingFarm(farmId: FarmId, block: number): Finding {
  const place = { what: 'farm-state', field: 'rows', block, farmId, user: null } as const;
  return { ...place, ledger: 0n, chain: 1n, accountId: null };
}

/** Compares the sum of the stored weights of a farm with what the contract sums up itself. */
export function compareWeights(
  weights: readonly bigint[],
  chain: { readonly farmId: FarmId; readonly totalWeight: bigint },
  block: number,
): readonly Finding[] {
  const { farmId, totalWeight } = chain;
  const place = { what: 'stored-weights', field: null, block, farmId, user: null } as const;
  return different({ ...place, ledger: sumOf(weights), chain: totalWeight, accountId: null });
}

function compareNumbers(
  stored: Readonly<Record<string, bigint>>,
  chain: Readonly<Record<string, bigint>>,
  place: Pick<Finding, 'what' | 'block' | 'farmId' | 'user'>,
): readonly Finding[] {
  return Object.entries(stored).flatMap(([field, ledger]) => {
    // A column the contract does not have would be a bug here: it then differs from everything.
    const value = chain[field] ?? -1n;
    return different({ ...place, field, ledger, chain: value, accountId: null });
  });
}
