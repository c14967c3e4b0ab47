import { EMISSION } from '#farms';
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
    readonly principal: bigint;
    /** Of every stream of the farm, the emission first. */
    readonly rewards: readonly { readonly earned: bigint; readonly claimed: bigint }[];
  })[];
  readonly farms: readonly { readonly farmId: FarmId; readonly principal: bigint }[];
  /** Of every token that is staked or paid. */
  readonly tokens: readonly {
    readonly token: Address;
    readonly funded: bigint;
    readonly treasuryDue: bigint;
  }[];
  readonly unallocated: bigint;
  readonly returnable: bigint;
  readonly escrows: readonly { readonly token: Address; readonly total: bigint }[];
}

/** Sums of postings up to the same block, by kind of account. */
export interface BoundarySums {
  readonly reward: readonly BalanceView[];
  /** What divisions cut off rewards again; part of `reward`. */
  readonly cut: readonly BalanceView[];
  readonly staked: readonly BalanceView[];
  readonly stream: readonly BalanceView[];
  readonly idle: readonly BalanceView[];
  readonly dust: readonly BalanceView[];
  readonly treasury: readonly BalanceView[];
  readonly pot: readonly BalanceView[];
  readonly returnable: readonly BalanceView[];
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
  const cuts = byOwner(sums.cut);
  const stakes = byOwner(sums.staked);
  return chain.pairs.flatMap(({ farmId, user, principal, rewards: streams }) => {
    const owner = `${user}:${farmId}`;
    const place = { block: chain.block, field: null, farmId, user };
    const found = streams.flatMap(({ earned, claimed }, index) => {
      const account = index === EMISSION ? owner : `${owner}:${index}`;
      const subject = index === EMISSION ? {} : { subject: `stream ${index}` };
      const reward = rewards.get(account);
      const cut = cuts.get(account)?.debits ?? 0n;
      const where = { ...place, ...subject, accountId: reward?.accountId ?? null };
      return different(
        {
          ...where,
          what: 'reward',
          ledger: (reward?.credits ?? 0n) - cut,
          chain: earned + claimed,
        },
        { ...where, what: 'claimed', ledger: (reward?.debits ?? 0n) - cut, chain: claimed },
      );
    });
    const stake = stakes.get(owner);
    const accountId = stake?.accountId ?? null;
    const ledger = stake?.balance ?? 0n;
    return [
      ...found,
      ...different({ ...place, what: 'staked', ledger, chain: principal, accountId }),
    ];
  });
}

function compareFarms(sums: BoundarySums, chain: BoundaryReadings): readonly Finding[] {
  const stakes = chain.farms.flatMap(({ farmId, principal }) => {
    const ledger = sumOf(ofFarm(sums.staked, farmId).map(({ balance }) => balance));
    const place = { block: chain.block, field: null, farmId, user: null, accountId: null };
    return different({ ...place, what: 'total-staked', ledger, chain: principal });
  });
  return [...stakes, ...compareTokens(sums, chain)];
}

/** Everything ever funded is in a stream, with nobody, with a user, paid, or rounded away. */
function compareTokens(sums: BoundarySums, chain: BoundaryReadings): readonly Finding[] {
  return chain.tokens.flatMap(({ token, funded, treasuryDue }) => {
    const own = (accounts: readonly BalanceView[]): readonly BalanceView[] =>
      accounts.filter(({ asset }) => asset === token);
    const held = [...own(sums.stream), ...own(sums.idle), ...own(sums.dust)];
    const given = sumOf(own(sums.reward).map(({ credits }) => credits));
    const cut = sumOf(own(sums.cut).map(({ debits }) => debits));
    const [stream] = own(sums.stream);
    const [treasury] = own(sums.treasury);
    const place = { block: chain.block, field: null, farmId: null, user: null };
    const subject = `token ${token}`;
    return different(
      {
        ...place,
        subject,
        what: 'funded',
        ledger: sumOf(held.map(({ balance }) => balance)) + given - cut,
        chain: funded,
        accountId: stream?.accountId ?? null,
      },
      {
        ...place,
        subject,
        what: 'treasury',
        ledger: treasury?.balance ?? 0n,
        chain: treasuryDue,
        accountId: treasury?.accountId ?? null,
      },
    );
  });
}

function compareRest(sums: BoundarySums, chain: BoundaryReadings): readonly Finding[] {
  const place = { block: chain.block, field: null, farmId: null, user: null };
  const [pot] = sums.pot;
  const [returnable] = sums.returnable;
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
    {
      ...place,
      what: 'returnable',
      ledger: returnable?.balance ?? 0n,
      chain: chain.returnable,
      accountId: returnable?.accountId ?? null,
    },
    ...escrows,
    // The bridge holds things between two events of one transaction only, and keeps what somebody
    // sent to it for nothing; it cannot give away what it never had.
    ...custody
      .filter(({ balance }) => balance < 0n)
      .map(
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
  return accounts.filter(({ owner }) => owner.split(':')[1] === String(farmId));
}
