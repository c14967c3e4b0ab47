import { type DataSource, type EntityManager } from 'typeorm';
import { prepared, preparedRows, queryRows } from '#database';
import { type Address, type ChainId, defined, type Hex } from '#kernel';
import { type AccountKind } from '../domain/accounts.js';
import { type JournalDraft } from '../domain/journal.js';

/** One leg as stored; `amount` is positive for a debit and negative for a credit. */
export interface PostingView {
  readonly leg: number;
  readonly accountId: number;
  readonly asset: Address;
  readonly kind: AccountKind;
  readonly owner: string;
  readonly amount: bigint;
}

/** A journal as stored. */
export interface JournalView extends JournalDraft {
  readonly id: number;
  readonly seq: number;
  readonly prevHash: Hex;
  readonly hash: Hex;
  readonly legCount: number;
  readonly postings: readonly PostingView[];
}

interface JournalRecord {
  readonly id: number;
  readonly businessKey: string;
  readonly chainId: ChainId;
  readonly seq: number;
  readonly kind: string;
  readonly blockNumber: number;
  readonly blockHash: Hex;
  readonly txHash: Hex | null;
  readonly logIndex: number | null;
  readonly occurredAt: number;
  readonly legCount: number;
  readonly prevHash: Hex;
  readonly hash: Hex;
}

const COLUMNS = `j.id, j.business_key AS "businessKey", j.chain_id AS "chainId", j.seq, j.kind,
  j.block_number AS "blockNumber", j.block_hash AS "blockHash", j.tx_hash AS "txHash",
  j.log_index AS "logIndex", j.occurred_at AS "occurredAt", j.leg_count AS "legCount",
  j.prev_hash AS "prevHash", j.hash`;

/**
 * Accounts of an owner: `x` itself and every `x:farm`. In the column's byte order `;` follows `:`,
 * so a range serves both the prefix and the index.
 */
export const OWNED_BY_2 = `(a.owner = $2 OR (a.owner >= $2 || ':' AND a.owner < $2 || ';'))`;

/** The journals with these keys, without order; keys that are not there are left out. */
export async function journalsByKey(
  manager: EntityManager,
  keys: readonly string[],
): Promise<readonly JournalView[]> {
  return withPostings(
    manager,
    await queryRows<JournalRecord>(
      manager,
      `SELECT ${COLUMNS} FROM journal j WHERE j.business_key = ANY($1::text[])`,
      [keys],
    ),
  );
}

/** A page of one chain in its own order. */
export async function journalsOfChain(
  manager: EntityManager,
  page: {
    readonly chainId: ChainId;
    readonly afterSeq: number;
    readonly uptoBlock: number | undefined;
    readonly limit: number;
  },
): Promise<readonly JournalView[]> {
  return withPostings(
    manager,
    await queryRows<JournalRecord>(
      manager,
      `SELECT ${COLUMNS} FROM journal j
       WHERE j.chain_id = $1 AND j.seq > $2 AND ($3::bigint IS NULL OR j.block_number <= $3)
       ORDER BY j.seq LIMIT $4`,
      [page.chainId, page.afterSeq, page.uptoBlock ?? null, page.limit],
    ),
  );
}

/** Newest first; `before` is the id of the last journal of the page before. */
export async function newestJournals(
  manager: EntityManager,
  page: {
    readonly limit: number;
    readonly before?: number | undefined;
    readonly owner?: string | undefined;
    readonly accountId?: number | undefined;
    readonly uptoBlock?: number | undefined;
  },
): Promise<readonly JournalView[]> {
  return withPostings(
    manager,
    await queryRows<JournalRecord>(
      manager,
      `SELECT ${COLUMNS} FROM journal j
       WHERE ($1::bigint IS NULL OR j.id < $1)
         AND ($2::text IS NULL OR j.id IN (
           SELECT p.journal_id FROM posting p JOIN account a ON a.id = p.account_id
           WHERE ${OWNED_BY_2}))
         AND ($3::bigint IS NULL OR j.id IN (
           SELECT p.journal_id FROM posting p WHERE p.account_id = $3))
         AND ($4::bigint IS NULL OR j.block_number <= $4)
       ORDER BY j.id DESC LIMIT $5`,
      [
        page.before ?? null,
        page.owner ?? null,
        page.accountId ?? null,
        page.uptoBlock ?? null,
        page.limit,
      ],
    ),
  );
}

/**
 * Journals that touch accounts of an owner, newest first, with all their legs; from one prepared
 * statement, because every user asks for his own again and again.
 */
export async function journalsOfOwner(
  dataSource: DataSource,
  page: {
    readonly owner: string;
    readonly limit: number;
    readonly before?: number | undefined;
  },
): Promise<readonly JournalView[]> {
  const { owner, limit, before = Number.MAX_SAFE_INTEGER } = page;
  const rows = await preparedRows<StatementRow>(dataSource, STATEMENT, [before, owner, limit]);
  const journals = new Map<number, Omit<JournalView, 'postings'> & { postings: PostingView[] }>();
  for (const row of rows) {
    const { blockNumber, blockHash, leg, accountId, asset, amount, ...rest } = row;
    const { legKind: kind, owner: legOwner, ...record } = rest;
    const known = journals.get(record.id);
    const journal = known ?? {
      ...record,
      block: { number: blockNumber, hash: blockHash },
      postings: [],
    };
    if (known === undefined) journals.set(record.id, journal);
    journal.postings.push({ leg, accountId, asset, kind, owner: legOwner, amount });
  }
  return [...journals.values()];
}

interface StatementRow extends JournalRecord, Omit<PostingView, 'kind'> {
  readonly legKind: AccountKind;
}

const STATEMENT = prepared(
  'ledger.journals-of-owner',
  `WITH mine AS (
     SELECT DISTINCT p.journal_id FROM account a JOIN posting p ON p.account_id = a.id
     WHERE ${OWNED_BY_2} AND p.journal_id < $1 ORDER BY p.journal_id DESC LIMIT $3
   )
   SELECT ${COLUMNS}, p.leg, p.account_id AS "accountId", a.asset, a.kind AS "legKind", a.owner,
     p.amount
   FROM mine JOIN journal j ON j.id = mine.journal_id
   JOIN posting p ON p.journal_id = j.id JOIN account a ON a.id = p.account_id
   ORDER BY j.id DESC, p.leg`,
);

async function withPostings(
  manager: EntityManager,
  records: readonly JournalRecord[],
): Promise<readonly JournalView[]> {
  if (records.length === 0) return [];
  const rows = await queryRows<PostingView & { readonly journalId: number }>(
    manager,
    `SELECT p.journal_id AS "journalId", p.leg, p.account_id AS "accountId", a.asset, a.kind,
       a.owner, p.amount
     FROM posting p JOIN account a ON a.id = p.account_id
     WHERE p.journal_id = ANY($1::bigint[]) ORDER BY p.journal_id, p.leg`,
    [records.map(({ id }) => id)],
  );
  const legs = new Map<number, PostingView[]>(records.map(({ id }) => [id, []]));
  for (const { journalId, ...posting } of rows) {
    defined(legs.get(journalId), `journal ${journalId}`).push(posting);
  }
  return records.map(({ blockNumber, blockHash, ...record }) => ({
    ...record,
    block: { number: blockNumber, hash: blockHash },
    postings: legs.get(record.id) ?? [],
  }));
}
