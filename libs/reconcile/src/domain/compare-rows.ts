import { type Address, type FarmId, sumOf } from '#kernel';
import { type BalanceView } from '#ledger';
import { type Finding } from './difference.js';

export interface Pair {
  readonly farmId: FarmId;
  readonly user: Address;
}

/** What the contracts of a chain say at a boundary block. */
export interface BoundaryReadings {
  readonly block: number;
  readonly pairs: readonly (Pair & {
    readonly earned: bigint;
    readonly claimed: bigint;
    readonly weight: bigint;
  })[];
  readonly farms: readonly {
    readonly farmId: FarmId;
    readonly funded: bigint;
    readonly totalWeight: bigint;
  }[];
  readonly unallocated: bigint;
  readonly escrows: readonly { readonly token: Address; readonly total: bigint }[];
}

/** Sums of postings up to the same block, by kind of account. */
export interface BoundarySums {
  readonly reward: readonly BalanceView[];
  readonly staked: readonly BalanceView[];
  readonly stream: readonly BalanceView[];
  readonly pot: readonly BalanceView[];
  readonly escrow: readonly BalanceView[];
  readonly transit: readonly BalanceView[];
}

/**
 * Compares posting sums with the contracts at one boundary block, where rows alone must equal the
 * chain. Sums are compared too, so that a position we do not know of shows.
 */
export function compareBoundary(sums: BoundarySums, chain: BoundaryReadings): readonly Finding[] {
  return [...comparePairs(sums, chain), ...compareFarms(sums, chain), ...compareRest(sums, chain)];
}

function comparePairs(sums: BoundarySums, chain: BoundaryReadings): readonly Finding[] {
  const rewards = byOwner(sums.reward);
  const stakes = byOwner(sums.staked);
  return chain.pairs.flatMap(({ farmId, user, earned, claimed, weight }) => {
    const owner = `${user}:${farmId}`;
    const reward = rewards.get(owner);
    const place = { block: chain.block, field: null, farmId, user };
    const accountId = reward?.accountId ?? null;
    return different(
      {
        ...place,
        what: 'reward',
        ledger: reward?.credits ?? 0n,
        chain: earned + claimed,
        accountId,
      },
      { ...place, what: 'claimed', ledger: reward?.debits ?? 0n, chain: claimed, accountId },
      {
        ...place,
        what: 'staked',
        ledger: stakes.get(owner)?.balance ?? 0n,
        chain: weight,
        accountId: stakes.get(owner)?.accountId ?? null,
      },
    );
  });
}

function compareFarms(sums: BoundarySums, chain: BoundaryReadings): readonly Finding[] {
  const streams = byOwner(sums.stream);
  return chain.farms.flatMap(({ farmId, funded, totalWeight }) => {
    const stream = streams.get(String(farmId));
    const accrued = sumOf(ofFarm(sums.reward, farmId).map(({ credits }) => credits));
    const staked = sumOf(ofFarm(sums.staked, farmId).map(({ balance }) => balance));
    const place = { block: chain.block, field: null, farmId, user: null };
    return different(
      {
        ...place,
        what: 'funded',
        ledger: (stream?.balance ?? 0n) + accrued,
        chain: funded,
        accountId: stream?.accountId ?? null,
      },
      { ...place, what: 'total-staked', ledger: staked, chain: totalWeight, accountId: null },
    );
  });
}

function compareRest(sums: BoundarySums, chain: BoundaryReadings): readonly Finding[] {
  const place = { block: chain.block, field: null, farmId: null, user: null };
  const [pot] = sums.pot;
  const custody = sums.transit.filter(({ owner }) => owner === 'custody');
  const escrows = chain.escrows.map(({ token, total }) => {
    const own = sums.escrow.filter(({ asset }) => asset === token);
    const ledger = sumOf(own.map(({ balance }) => balance));
    return { ...place, what: 'escrow', ledger, chain: total, accountId: null } as const;
  });
  return different(
    {
      ...place,
      what: 'pot',
      ledger: sumOf(sums.pot.map(({ balance }) => balance)),
      chain: chain.unallocated,
      accountId: pot?.accountId ?? null,
    },
    ...escrows,
    // Between two events of one transaction only does the bridge hold anything in its own hands.
    ...custody.map(
      ({ balance, accountId }) =>
        ({ ...place, what: 'custody', ledger: balance, chain: 0n, accountId }) as const,
    ),
  );
}

/** The findings that are no agreement. */
export function different(...findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ ledger, chain }) => ledger !== chain);
}

function byOwner(accounts: readonly BalanceView[]): ReadonlyMap<string, BalanceView> {
  return new Map(accounts.map((account) => [account.owner, account]));
}

function ofFarm(accounts: readonly BalanceView[], farmId: FarmId): readonly BalanceView[] {
  return accounts.filter(({ owner }) => owner.endsWith(`:${farmId}`));
}
