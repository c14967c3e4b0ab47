import { type EntityManager } from 'typeorm';
import { queryRows } from '#database';
import { assert, type ChainId, defined, type Hex } from '#kernel';
import { mayOverdraw } from '../domain/accounts.js';
import { JournalConflict } from '../domain/errors.js';
import {
  assertSound,
  GENESIS_HASH,
  type JournalDraft,
  journalContent,
  journalPreimage,
  type PostingDraft,
} from '../domain/journal.js';
import { sha256Of } from '../journal-hash.js';
import { journalsByKey } from './journal-reader.js';

/** Rows of one statement; keeps parameters far below the limits of the protocol. */
const CHUNK = 5_000;

export interface PostResult {
  readonly posted: number;
  /** Drafts that were in the ledger already, with the same content. */
  readonly repeated: number;
}

interface Placed {
  readonly draft: JournalDraft;
  readonly seq: number;
  readonly prevHash: Hex;
  readonly hash: Hex;
}

interface Head {
  readonly seq: number;
  readonly hash: Hex;
}

/** Writes drafts of one chain in their order, inside the caller's transaction. */
export async function writeJournals(
  manager: EntityManager,
  chainId: ChainId,
  drafts: readonly JournalDraft[],
): Promise<PostResult> {
  for (const draft of drafts) assertSound(draft);
  const head = await lockHead(manager, chainId);
  const fresh = await withoutRepeated(manager, drafts);
  const last = fresh.length;
  if (last === 0) return { posted: 0, repeated: drafts.length };

  const accounts = await ensureAccounts(manager, chainId, fresh);
  const placed = chain(fresh, head);
  for (const chunk of chunksOf(placed)) {
    const ids = await insertJournals(manager, chunk);
    await insertPostings(manager, { chunk, ids, accounts });
  }
  await addToBalances(manager, fresh, accounts);
  const tail = defined(placed.at(-1), 'last journal');
  await manager.query(
    `UPDATE journal_head SET seq = $2, hash = ${bytes('$3')} WHERE chain_id = $1`,
    [chainId, tail.seq, tail.hash],
  );
  return { posted: last, repeated: drafts.length - last };
}

/** SQL that turns a `0x` hex text into bytes; arrays of text are cheaper to send than of bytes. */
function bytes(expression: string): string {
  return `decode(substr(${expression}, 3), 'hex')`;
}

function* chunksOf<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let start = 0; start < items.length; start += CHUNK) yield items.slice(start, start + CHUNK);
}

async function lockHead(manager: EntityManager, chainId: ChainId): Promise<Head> {
  await manager.query(
    `INSERT INTO journal_head (chain_id, seq, hash) VALUES ($1, 0, ${bytes('$2')})
     ON CONFLICT DO NOTHING`,
    [chainId, GENESIS_HASH],
  );
  const [head] = await queryRows<Head>(
    manager,
    'SELECT seq, hash FROM journal_head WHERE chain_id = $1 FOR UPDATE',
    [chainId],
  );
  return defined(head, 'journal head');
}

/** @throws {JournalConflict} when a key is known, here or in the ledger, with other content. */
async function withoutRepeated(
  manager: EntityManager,
  drafts: readonly JournalDraft[],
): Promise<readonly JournalDraft[]> {
  const known = new Map<string, string>();
  for (const chunk of chunksOf(drafts)) {
    const keys = chunk.map(({ businessKey }) => businessKey);
    for (const journal of await journalsByKey(manager, keys)) {
      known.set(journal.businessKey, journalContent(journal));
    }
  }
  return drafts.filter((draft) => {
    const content = known.get(draft.businessKey);
    if (content === undefined) {
      known.set(draft.businessKey, journalContent(draft));
      return true;
    }
    if (content !== journalContent(draft)) throw new JournalConflict(draft.businessKey);
    return false;
  });
}

function chain(drafts: readonly JournalDraft[], head: Head): readonly Placed[] {
  let { seq, hash } = head;
  return drafts.map((draft) => {
    const place = { seq: seq + 1, prevHash: hash };
    seq += 1;
    hash = sha256Of(journalPreimage(draft, place));
    return { draft, ...place, hash };
  });
}

type AccountIds = ReadonlyMap<string, number>;

function accountKey(posting: Omit<PostingDraft, 'amount'>): string {
  return `${posting.asset}|${posting.kind}|${posting.owner}`;
}

/** Ids of every account the drafts touch; the missing ones are opened with a balance of zero. */
async function ensureAccounts(
  manager: EntityManager,
  chainId: ChainId,
  drafts: readonly JournalDraft[],
): Promise<AccountIds> {
  const wanted = new Map<string, PostingDraft>();
  for (const { postings } of drafts) {
    for (const posting of postings) wanted.set(accountKey(posting), posting);
  }
  const ids = new Map<string, number>();
  for (const chunk of chunksOf([...wanted.values()])) {
    const rows = await queryRows<Omit<PostingDraft, 'amount'> & { readonly id: number }>(
      manager,
      `WITH wanted AS (
         SELECT ${bytes('w.asset')} AS asset, w.kind, w.owner, w.may_overdraw
         FROM unnest($2::text[], $3::text[], $4::text[], $5::boolean[])
           AS w(asset, kind, owner, may_overdraw)
       ), opened AS (
         INSERT INTO account (chain_id, asset, kind, owner)
         SELECT $1::bigint, asset, kind, owner FROM wanted
         ON CONFLICT (chain_id, asset, kind, owner) DO NOTHING
         RETURNING id, asset, kind, owner
       ), balances AS (
         INSERT INTO balance (account_id, may_overdraw)
         SELECT o.id, w.may_overdraw FROM opened o JOIN wanted w USING (asset, kind, owner)
       )
       SELECT id, asset, kind, owner FROM opened
       UNION ALL
       SELECT a.id, a.asset, a.kind, a.owner FROM wanted w
       JOIN account a ON a.chain_id = $1::bigint
         AND a.asset = w.asset AND a.kind = w.kind AND a.owner = w.owner`,
      [
        chainId,
        chunk.map(({ asset }) => asset),
        chunk.map(({ kind }) => kind),
        chunk.map(({ owner }) => owner),
        chunk.map(({ kind }) => mayOverdraw(kind)),
      ],
    );
    for (const row of rows) ids.set(accountKey(row), row.id);
  }
  assert(ids.size === wanted.size, `found ${ids.size} of ${wanted.size} accounts`);
  return ids;
}

/** Gives the row id of each sequence number. */
async function insertJournals(
  manager: EntityManager,
  chunk: readonly Placed[],
): Promise<ReadonlyMap<number, number>> {
  const rows = await queryRows<{ readonly id: number; readonly seq: number }>(
    manager,
    `INSERT INTO journal (business_key, chain_id, seq, kind, block_number, block_hash, tx_hash,
       log_index, occurred_at, leg_count, prev_hash, hash)
     SELECT j.key, j.chain, j.seq, j.kind, j.block, ${bytes('j.block_hash')},
       ${bytes('j.tx_hash')}, j.log_index, j.at, j.legs, ${bytes('j.prev')}, ${bytes('j.hash')}
     FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::text[],
       $7::text[], $8::int[], $9::bigint[], $10::smallint[], $11::text[], $12::text[])
       AS j(key, chain, seq, kind, block, block_hash, tx_hash, log_index, at, legs, prev, hash)
     RETURNING id, seq`,
    [
      chunk.map(({ draft }) => draft.businessKey),
      chunk.map(({ draft }) => draft.chainId),
      chunk.map(({ seq }) => seq),
      chunk.map(({ draft }) => draft.kind),
      chunk.map(({ draft }) => draft.block.number),
      chunk.map(({ draft }) => draft.block.hash),
      chunk.map(({ draft }) => draft.txHash),
      chunk.map(({ draft }) => draft.logIndex),
      chunk.map(({ draft }) => draft.occurredAt),
      chunk.map(({ draft }) => draft.postings.length),
      chunk.map(({ prevHash }) => prevHash),
      chunk.map(({ hash }) => hash),
    ],
  );
  return new Map(rows.map(({ id, seq }) => [seq, id]));
}

async function insertPostings(
  manager: EntityManager,
  options: {
    readonly chunk: readonly Placed[];
    readonly ids: ReadonlyMap<number, number>;
    readonly accounts: AccountIds;
  },
): Promise<void> {
  const { chunk, ids, accounts } = options;
  const legs = chunk.flatMap(({ draft, seq }) =>
    draft.postings.map((posting, leg) => ({
      journalId: defined(ids.get(seq), `journal ${draft.businessKey}`),
      leg,
      legCount: draft.postings.length,
      accountId: defined(accounts.get(accountKey(posting)), `account of ${draft.businessKey}`),
      amount: posting.amount,
    })),
  );
  await manager.query(
    `INSERT INTO posting (journal_id, leg, leg_count, account_id, amount)
     SELECT * FROM unnest($1::bigint[], $2::smallint[], $3::smallint[], $4::bigint[], $5::numeric[])`,
    [
      legs.map(({ journalId }) => journalId),
      legs.map(({ leg }) => leg),
      legs.map(({ legCount }) => legCount),
      legs.map(({ accountId }) => accountId),
      legs.map(({ amount }) => amount.toString()),
    ],
  );
}

/** One update for all drafts: an overdraft inside a transaction of the chain is none after it. */
async function addToBalances(
  manager: EntityManager,
  drafts: readonly JournalDraft[],
  accounts: AccountIds,
): Promise<void> {
  const sums = new Map<number, { debits: bigint; credits: bigint }>();
  for (const posting of drafts.flatMap(({ postings }) => postings)) {
    const id = defined(accounts.get(accountKey(posting)), 'account of a posting');
    const sum = sums.get(id) ?? { debits: 0n, credits: 0n };
    if (posting.amount > 0n) sum.debits += posting.amount;
    else sum.credits -= posting.amount;
    sums.set(id, sum);
  }
  const entries = [...sums];
  await manager.query(
    `UPDATE balance b SET debits = b.debits + s.debits, credits = b.credits + s.credits
     FROM unnest($1::bigint[], $2::numeric[], $3::numeric[]) AS s(id, debits, credits)
     WHERE b.account_id = s.id`,
    [
      entries.map(([id]) => id),
      entries.map(([, { debits }]) => debits.toString()),
      entries.map(([, { credits }]) => credits.toString()),
    ],
  );
}
