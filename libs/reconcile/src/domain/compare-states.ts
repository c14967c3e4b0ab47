import {
  DUST_BITS,
  type FarmState,
  type PositionState,
  type PositionTotals,
  type TokenBook,
} from '#farms';
import { type Address, type FarmId, sumOf } from '#kernel';
import { type Finding } from './difference.js';
import { different } from './compare-rows.js';

/** Columns of a row that the contract stores as well; what is no number is given as one. */
export type Numbers = Readonly<Record<string, bigint>>;

const FARM_STATES: Readonly<Record<FarmState['status'], bigint>> = {
  active: 1n,
  'deposits-paused': 2n,
  ended: 3n,
};

/** The stored farm in the numbers of the contract, with its terms and all its streams. */
export function numbersOfFarm(farm: FarmState): Numbers {
  const own = {
    stakeToken: BigInt(farm.stakeToken),
    scaleBits: BigInt(farm.scaleBits),
    hasTerms: farm.hasTerms ? 1n : 0n,
    state: FARM_STATES[farm.status],
    streamCount: BigInt(farm.streams.length),
    totalWeight: farm.totalWeight,
    principal: farm.principal,
  };
  const terms = numbersOfTerms(farm);
  const streams = farm.streams.map((stream, index) => {
    const { token, funder, maxRate, acc, residueX, remaining, idle, lastAt, endAt } = stream;
    return numbersOfStream(index, {
      token: BigInt(token),
      funder: BigInt(funder),
      maxRate,
      acc,
      residueX,
      remaining,
      idle,
      lastAt: BigInt(lastAt),
      endAt: BigInt(endAt),
    });
  });
  return Object.assign(own, terms, ...streams);
}

/** Words of a stream, named by its number. */
export function numbersOfStream(index: number, words: Numbers): Numbers {
  return Object.fromEntries(
    Object.entries(words).map(([field, value]) => [`stream${index}.${field}`, value]),
  );
}

/** Lists of terms, each as one number that differs when any of them does. */
export function numbersOfTerms({ tiers, steps }: Pick<FarmState, 'tiers' | 'steps'>): Numbers {
  return {
    tiers: packed(tiers.map(({ term, boostBps, feeBps }) => [term, boostBps, feeBps])),
    steps: packed(steps.map(({ minTenure, bonusBps }) => [minTenure, bonusBps])),
  };
}

function packed(rows: readonly (readonly number[])[]): bigint {
  return rows
    .flat()
    .reduce((number, digit) => (number << 32n) + BigInt(digit), BigInt(rows.length));
}

/** The stored position in the numbers of the contract. */
export function numbersOfPosition(
  position: Pick<PositionState, 'principal' | 'weight' | 'lock' | 'words'>,
  streamCount: number,
): Numbers {
  const { principal, weight, lock, words } = position;
  const { lockEnd, tier, tierBoostBps, feeBps } = lock;
  return {
    principal,
    weight,
    lockEnd: BigInt(lockEnd),
    tier: BigInt(tier),
    tierBoostBps: BigInt(tierBoostBps),
    feeBps: BigInt(feeBps),
    ...Object.fromEntries(
      Array.from({ length: streamCount }, (_, index) => [`word${index}`, words[index] ?? 0n]),
    ),
  };
}

/** Compares a stored farm with the contract, column by column. */
export function compareFarm(farm: FarmState, chain: Numbers, block: number): readonly Finding[] {
  const place = { what: 'farm-state', block, farmId: farm.farmId, user: null } as const;
  return compareNumbers(numbersOfFarm(farm), chain, place);
}

/** Compares a stored position with the contract, column by column. */
export function comparePosition(
  stored: { readonly farmId: FarmId; readonly user: Address; readonly numbers: Numbers },
  chain: Numbers,
  block: number,
): readonly Finding[] {
  const { farmId, user, numbers } = stored;
  return compareNumbers(numbers, chain, { what: 'position-state', block, farmId, user });
}

/** Compares the stored books of a token with the contract, column by column. */
export function compareToken(books: TokenBook, chain: Numbers, block: number): readonly Finding[] {
  const { token, ...numbers } = books;
  const place = { what: 'token-book', block, farmId: null, user: null } as const;
  return compareNumbers(numbers, chain, { ...place, subject: `token ${token}` });
}

/** A farm that the chain has and our rows have not. */
export function missingFarm(farmId: FarmId, block: number): Finding {
  const place = { what: 'farm-state', field: 'rows', block, farmId, user: null } as const;
  return { ...place, ledger: 0n, chain: 1n, accountId: null };
}

/** Compares the sum of the stored weights of a farm with what the contract sums up itself. */
export function compareWeights(
  weight: bigint,
  chain: { readonly farmId: FarmId; readonly totalWeight: bigint },
  block: number,
): readonly Finding[] {
  const { farmId, totalWeight } = chain;
  const place = { what: 'stored-weights', field: null, block, farmId, user: null } as const;
  return different({ ...place, ledger: weight, chain: totalWeight, accountId: null });
}

/**
 * Compares what the stored streams and positions of a token add up to with the books of the
 * contract: everything funded, and everything paid or rounded away, in 2^-95 wei.
 */
export function compareSums(
  stored: {
    readonly token: Address;
    readonly farms: readonly FarmState[];
    readonly totals: readonly PositionTotals[];
  },
  chain: { readonly funded: bigint; readonly settled: bigint; readonly dustX: bigint },
  block: number,
): readonly Finding[] {
  const { token, farms, totals } = stored;
  const streams = farms.flatMap((farm) =>
    farm.streams.map((stream, index) => ({ stream, index, farmId: farm.farmId })),
  );
  const own = streams.filter(({ stream }) => stream.token === token);
  const paid = own.map(
    ({ farmId, index }) => totals.find((sums) => sums.farmId === farmId)?.claimed[index] ?? 0n,
  );
  const dust = sumOf(own.map(({ stream }) => stream.dustX));
  const place = { what: 'stored-sums', block, farmId: null, user: null, accountId: null } as const;
  const subject = `token ${token}`;
  return different(
    {
      ...place,
      subject,
      field: 'funded',
      ledger: sumOf(own.map(({ stream }) => stream.funded)),
      chain: chain.funded,
    },
    {
      ...place,
      subject,
      field: 'settledX',
      ledger: (sumOf(paid) << DUST_BITS) + dust,
      chain: (chain.settled << DUST_BITS) + chain.dustX,
    },
  );
}

function compareNumbers(
  stored: Numbers,
  chain: Numbers,
  place: Pick<Finding, 'what' | 'block' | 'farmId' | 'user' | 'subject'>,
): readonly Finding[] {
  return Object.entries(stored).flatMap(([field, ledger]) => {
    // A column the contract does not have would be a bug here: it then differs from everything.
    const value = chain[field] ?? -1n;
    return different({ ...place, field, ledger, chain: value, accountId: null });
  });
}
