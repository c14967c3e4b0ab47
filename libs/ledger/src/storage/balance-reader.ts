import { type EntityManager } from 'typeorm';
import { queryRows } from '#database';
import { type Address, type ChainId } from '#kernel';
import { type AccountKind } from '../domain/accounts.js';
import { OWNED_BY_2 } from './journal-reader.js';

/** Sums of the postings of one account, in the asset's smallest unit. */
export interface BalanceView {
  readonly accountId: number;
  readonly chainId: ChainId;
  readonly asset: Address;
  readonly kind: AccountKind;
  readonly owner: string;
  /** What left the account. */
  readonly debits: bigint;
  /** What entered the account. */
  readonly credits: bigint;
  /** What the account holds: credits - debits. */
  readonly balance: bigint;
}

export interface BalanceFilter {
  /** Exact owner, or the user part of `user:farm`. */
  readonly owner?: string | undefined;
  readonly chainId?: ChainId | undefined;
  readonly kind?: AccountKind | undefined;
}

/** One line of the trial balance; a correct ledger has `difference` 0 on every line. */
export interface TrialBalanceLine {
  readonly chainId: ChainId;
  readonly asset: Address;
  readonly debits: bigint;
  readonly credits: bigint;
  readonly difference: bigint;
}

const ACCOUNT = `a.id AS "accountId", a.chain_id AS "chainId", a.asset, a.kind, a.owner`;

/** Ordered by chain, asset, kind and owner. */
export async function readBalances(
  manager: EntityManager,
  filter: BalanceFilter,
): Promise<readonly BalanceView[]> {
  return queryRows<BalanceView>(
    manager,
    `SELECT ${ACCOUNT}, b.debits, b.credits, b.credits - b.debits AS balance
     FROM account a JOIN balance b ON b.account_id = a.id
     WHERE ($1::bigint IS NULL OR a.chain_id = $1) AND ($2::text IS NULL OR ${OWNED_BY_2})
       AND ($3::text IS NULL OR a.kind = $3)
     ORDER BY a.chain_id, a.asset, a.kind, a.owner`,
    [filter.chainId ?? null, filter.owner ?? null, filter.kind ?? null],
  );
}

/** Recounted from postings of journals up to a block, never from the balance table. */
export async function sumPostings(
  manager: EntityManager,
  options: {
    readonly chainId: ChainId;
    readonly kind: AccountKind;
    readonly uptoBlock: number;
    /** Journals of this kind only. */
    readonly journalKind?: string | undefined;
    /** Accounts of exactly these owners only. */
    readonly owners?: readonly string[] | undefined;
  },
): Promise<readonly BalanceView[]> {
  return queryRows<BalanceView>(
    manager,
    `SELECT ${ACCOUNT}, s.debits, s.credits, s.credits - s.debits AS balance
     FROM account a JOIN (
       SELECT p.account_id, sum(greatest(p.amount, 0)) AS debits, sum(greatest(-p.amount, 0)) AS credits
       FROM posting p JOIN journal j ON j.id = p.journal_id
       JOIN account w ON w.id = p.account_id AND w.chain_id = $1 AND w.kind = $2
         AND ($5::text[] IS NULL OR w.owner = ANY($5))
       WHERE j.chain_id = $1 AND j.block_number <= $3 AND ($4::text IS NULL OR j.kind = $4)
       GROUP BY p.account_id
     ) s ON s.account_id = a.id
     ORDER BY a.asset, a.owner`,
    [
      options.chainId,
      options.kind,
      options.uptoBlock,
      options.journalKind ?? null,
      options.owners ?? null,
    ],
  );
}

/** All accounts of one kind and asset together, in the asset's smallest unit. */
export interface AccountTotal {
  readonly kind: AccountKind;
  readonly asset: Address;
  /** Farm of the accounts that belong to a position; empty for all others. */
  readonly farm: string;
  readonly debits: bigint;
  readonly credits: bigint;
  /** The part of `debits` that journals of kind `cut` made. */
  readonly cut: bigint;
  /** The account, when there is only one. */
  readonly accountId: number | null;
}

/** Recounted from postings of journals up to a block; one scan, however many accounts there are. */
export async function totalPostings(
  manager: EntityManager,
  options: { readonly chainId: ChainId; readonly uptoBlock: number },
): Promise<readonly AccountTotal[]> {
  return queryRows<AccountTotal>(
    manager,
    `SELECT a.kind, a.asset,
       CASE WHEN a.kind IN ('staked', 'reward') THEN split_part(a.owner, ':', 2) ELSE '' END AS farm,
       sum(greatest(p.amount, 0)) AS debits, sum(greatest(-p.amount, 0)) AS credits,
       coalesce(sum(p.amount) FILTER (WHERE p.amount > 0 AND j.kind = 'cut'), 0) AS cut,
       CASE WHEN min(a.id) = max(a.id) THEN min(a.id) END AS "accountId"
     FROM posting p JOIN journal j ON j.id = p.journal_id JOIN account a ON a.id = p.account_id
     WHERE j.chain_id = $1 AND j.block_number <= $2
     GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
    [options.chainId, options.uptoBlock],
  );
}

/** Recounted from postings. */
export async function readTrialBalance(
  manager: EntityManager,
): Promise<readonly TrialBalanceLine[]> {
  return queryRows<TrialBalanceLine>(
    manager,
    `SELECT a.chain_id AS "chainId", a.asset, sum(greatest(p.amount, 0)) AS debits,
       sum(greatest(-p.amount, 0)) AS credits, sum(p.amount) AS difference
     FROM posting p JOIN account a ON a.id = p.account_id
     GROUP BY a.chain_id, a.asset ORDER BY a.chain_id, a.asset`,
  );
}

/** An account whose balance row is not the sum of its postings. */
export interface BalanceMismatch {
  readonly accountId: number;
  readonly kind: AccountKind;
  readonly owner: string;
  readonly balanceDebits: bigint;
  readonly balanceCredits: bigint;
  readonly postedDebits: bigint;
  readonly postedCredits: bigint;
}

/** Ordered by account id; empty for a sound ledger. */
export async function readBalanceMismatches(
  manager: EntityManager,
): Promise<readonly BalanceMismatch[]> {
  return queryRows<BalanceMismatch>(
    manager,
    `SELECT * FROM (
       SELECT a.id AS "accountId", a.kind, a.owner, coalesce(b.debits, 0) AS "balanceDebits",
         coalesce(b.credits, 0) AS "balanceCredits", coalesce(s.debits, 0) AS "postedDebits",
         coalesce(s.credits, 0) AS "postedCredits"
       FROM account a
       LEFT JOIN balance b ON b.account_id = a.id
       LEFT JOIN (
         SELECT account_id, sum(greatest(amount, 0)) AS debits, sum(greatest(-amount, 0)) AS credits
         FROM posting GROUP BY account_id
       ) s ON s.account_id = a.id
     ) sums
     WHERE "balanceDebits" <> "postedDebits" OR "balanceCredits" <> "postedCredits"
     ORDER BY "accountId"`,
  );
}
