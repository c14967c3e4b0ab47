import { EMISSION } from '#farms';
import { type Address, type FarmId, sumOf } from '#kernel';
import { type AccountTotal, type BalanceView } from '#ledger';
import { type Finding } from './difference.js';

export interface Pair {
  readonly farmId: FarmId;
  readonly user: Address;
}

/** What the contracts of a chain say at the pinned block. */
export interface ChainReadings {
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

/** Sums of postings up to the same block. */
export interface LedgerSums {
  /** Accounts of the positions that are compared. */
  readonly reward: readonly BalanceView[];
  /** What divisions cut off those rewards again; part of `reward`. */
  readonly cut: readonly BalanceView[];
  readonly staked: readonly BalanceView[];
  /**
   * Wei the stored states accrued beyond what journals gave, by owner of the reward account.
   * Accruals are posted at the ends of epochs and with claims only.
   */
  readonly unposted: ReadonlyMap<string, bigint>;
  /** All accounts of the chain. */
  readonly totals: readonly AccountTotal[];
  /** Tokens in the bridge's own hands. */
  readonly custody: readonly BalanceView[];
}

/**
 * Compares posting sums with the contracts at one block. Totals are compared too, so that a
 * position we do not know of shows.
 */
export function compareLedger(sums: LedgerSums, chain: ChainReadings): readonly Finding[] {
  return [...comparePairs(sums, chain), ...compareFarms(sums, chain), ...compareRest(sums, chain)];
}

function comparePairs(sums: LedgerSums, chain: ChainReadings): readonly Finding[] {
  const rewards = byOwner(sums.reward);
  const cuts = byOwner(sums.cut);
  const stakes = byOwner(sums.staked);
  return chain.pairs.flatMap(({ farmId, user, principal, rewards: streams }) => {
    const owner = `${user}:${farmId}`;
    const place = { block: chain.block, field: null, farmId, user };
    const found = streams.flatMap(({ earned, claimed }, index) => {
      const account = rewardOwner({ farmId, user }, index);
      const subject = index === EMISSION ? {} : { subject: `stream ${index}` };
      const reward = rewards.get(account);
      const cut = cuts.get(account)?.debits ?? 0n;
      const given = (reward?.credits ?? 0n) - cut;
      const where = { ...place, ...subject, accountId: reward?.accountId ?? null };
      return different(
        {
          ...where,
          what: 'reward',
          ledger: given + (sums.unposted.get(account) ?? 0n),
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

/** Owner of the account of a position's rewards from one stream. */
export function rewardOwner({ farmId, user }: Pair, stream: number): string {
  return stream === EMISSION ? `${user}:${farmId}` : `${user}:${farmId}:${stream}`;
}

function compareFarms(sums: LedgerSums, chain: ChainReadings): readonly Finding[] {
  const stakes = chain.farms.flatMap(({ farmId, principal }) => {
    const own = sums.totals.filter(
      ({ kind, farm }) => kind === 'staked' && farm === String(farmId),
    );
    const place = { block: chain.block, field: null, farmId, user: null, accountId: null };
    return different({ ...place, what: 'total-staked', ledger: balanceOf(own), chain: principal });
  });
  return [...stakes, ...compareTokens(sums, chain)];
}

/** Everything ever funded is in a stream, with nobody, with a user, paid, or rounded away. */
function compareTokens({ totals }: LedgerSums, chain: ChainReadings): readonly Finding[] {
  return chain.tokens.flatMap(({ token, funded, treasuryDue }) => {
    const own = totals.filter(({ asset }) => asset === token);
    const held = own.filter(({ kind }) => ['stream', 'idle', 'dust'].includes(kind));
    const rewards = own.filter(({ kind }) => kind === 'reward');
    const given = sumOf(rewards.map(({ credits, cut }) => credits - cut));
    const treasury = own.filter(({ kind }) => kind === 'treasury');
    const place = { block: chain.block, field: null, farmId: null, user: null };
    const subject = `token ${token}`;
    return different(
      {
        ...place,
        subject,
        what: 'funded',
        ledger: balanceOf(held) + given,
        chain: funded,
        accountId: accountOf(held.filter(({ kind }) => kind === 'stream')),
      },
      {
        ...place,
        subject,
        what: 'treasury',
        ledger: balanceOf(treasury),
        chain: treasuryDue,
        accountId: accountOf(treasury),
      },
    );
  });
}

function compareRest({ totals, custody }: LedgerSums, chain: ChainReadings): readonly Finding[] {
  const place = { block: chain.block, field: null, farmId: null, user: null };
  const pots = totals.filter(({ kind }) => kind === 'pot');
  const returnable = totals.filter(({ kind }) => kind === 'returnable');
  const escrows = chain.escrows.map(({ token, total }) => {
    const own = totals.filter(({ kind, asset }) => kind === 'bridge-escrow' && asset === token);
    const ledger = balanceOf(own);
    return { ...place, what: 'escrow', ledger, chain: total, accountId: accountOf(own) } as const;
  });
  return different(
    {
      ...place,
      what: 'pot',
      ledger: balanceOf(pots),
      chain: chain.unallocated,
      accountId: accountOf(pots),
    },
    {
      ...place,
      what: 'returnable',
      ledger: balanceOf(returnable),
      chain: chain.returnable,
      accountId: accountOf(returnable),
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

function balanceOf(totals: readonly AccountTotal[]): bigint {
  return sumOf(totals.map(({ credits, debits }) => credits - debits));
}

/** The one account behind these totals; null when there are several, or none. */
function accountOf(totals: readonly AccountTotal[]): number | null {
  const [only, ...others] = totals;
  return others.length === 0 ? (only?.accountId ?? null) : null;
}
