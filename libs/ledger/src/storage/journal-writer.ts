import { type EntityManager } from 'typeorm';
import { copyBytes, copyRows, copyText, type CopyValue, queryRows } from '#database';
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
  readonly id: number;
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
  const placed = await place(manager, fresh, head);
  await copyRows(manager, JOURNAL_TARGET, { of: placed, toValues: valuesOfJournal });
  await insertPostings(manager, placed, accounts);
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

/** Gives each draft its row id and its place in the chain. */
async function place(
  manager: EntityManager,
  drafts: readonly JournalDraft[],
  head: Head,
): Promise<readonly Placed[]> {
  const ids = await reserveIds(manager, 'journal', drafts.length);
  let { seq, hash } = head;
  return drafts.map((draft, index) => {
    const id = defined(ids[index], 'journal id');
    const link = { seq: seq + 1, prevHash: hash };
    seq += 1;
    hash = sha256Of(journalPreimage(draft, link));
    return { id, draft, ...link, hash };
  });
}

type AccountIds = ReadonlyMap<string, number>;

function accountKey(posting: Omit<PostingDraft, 'amount'>): string {
  return `${posting.asset}|${posting.kind}|${posting.owner}`;
}

/**
 * Ids of every account the drafts touch; the missing ones are opened with a balance of zero. The
 * lock on the chain's head keeps everybody else from opening them at the same time.
 */
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
  for (const chunk of chunksOf([...wanted])) await findAccounts(manager, { chainId, chunk, ids });
  const missing = [...wanted].filter(([key]) => !ids.has(key));
  for (const chunk of chunksOf(missing)) await openAccounts(manager, { chainId, chunk, ids });
  assert(ids.size === wanted.size, `found ${ids.size} of ${wanted.size} accounts`);
  return ids;
}

interface AccountBatch {
  readonly chainId: ChainId;
  readonly chunk: readonly (readonly [string, PostingDraft])[];
  /** Takes the ids, by key. */
  readonly ids: Map<string, number>;
}

async function findAccounts(manager: EntityManager, batch: AccountBatch): Promise<void> {
  const { chainId, chunk, ids } = batch;
  const rows = await queryRows<{ readonly place: number; readonly id: number }>(
    manager,
    `SELECT w.place, a.id
     FROM unnest($2::text[], $3::text[], $4::text[]) WITH ORDINALITY
       AS w(asset, kind, owner, place)
     JOIN account a ON a.chain_id = $1::bigint AND a.asset = decode(substr(w.asset, 3), 'hex')
       AND a.kind = w.kind AND a.owner = w.owner`,
    [
      chainId,
      chunk.map(([, { asset }]) => asset),
      chunk.map(([, { kind }]) => kind),
      chunk.map(([, { owner }]) => owner),
    ],
  );
  for (const { place: ordinal, id } of rows) {
    ids.set(defined(chunk[ordinal - 1], 'account asked for')[0], id);
  }
}

async function openAccounts(manager: EntityManager, batch: AccountBatch): Promise<void> {
  const { chainId, chunk, ids } = batch;
  const reserved = await reserveIds(manager, 'account', chunk.length);
  const opened = chunk.map(([key, { asset, kind, owner }], index) => {
    return { id: defined(reserved[index], 'account id'), key, asset, kind, owner };
  });
  await copyRows(manager, 'account (id, chain_id, asset, kind, owner)', {
    of: opened,
    toValues: ({ id, asset, kind, owner }) => {
      return [id, chainId, copyBytes(asset), copyText(kind), copyText(owner)];
    },
  });
  await copyRows(manager, 'balance (account_id, may_overdraw)', {
    of: opened,
    toValues: ({ id, kind }) => [id, String(mayOverdraw(kind))],
  });
  for (const { key, id } of opened) ids.set(key, id);
}

/** Takes the next row ids of a table; ascending, but not without gaps. */
async function reserveIds(
  manager: EntityManager,
  table: 'account' | 'journal',
  count: number,
): Promise<readonly number[]> {
  const [reserved] = await queryRows<{ readonly ids: readonly number[] }>(
    manager,
    `SELECT array_agg(nextval('${table}_id_seq')) AS ids FROM generate_series(1, $1::int)`,
    [count],
  );
  return defined(reserved, 'reserved ids').ids;
}

const JOURNAL_TARGET = `journal (id, business_key, chain_id, seq, kind, block_number, block_hash,
  tx_hash, log_index, occurred_at, leg_count, prev_hash, hash)`;

function valuesOfJournal({ id, draft, seq, prevHash, hash }: Placed): readonly CopyValue[] {
  const { businessKey, chainId, kind, block, txHash, logIndex, occurredAt, postings } = draft;
  return [
    id,
    copyText(businessKey),
    chainId,
    seq,
    copyText(kind),
    block.number,
    copyBytes(block.hash),
    txHash === null ? null : copyBytes(txHash),
    logIndex,
    occurredAt,
    postings.length,
    copyBytes(prevHash),
    copyBytes(hash),
  ];
}

interface Leg {
  readonly journalId: number;
  readonly leg: number;
  readonly legCount: number;
  readonly accountId: number;
  readonly amount: bigint;
}

async function insertPostings(
  manager: EntityManager,
  placed: readonly Placed[],
  accounts: AccountIds,
): Promise<void> {
  const legs = placed.flatMap(({ id, draft: { businessKey, postings } }) =>
    postings.map((posting, leg): Leg => {
      const accountId = defined(accounts.get(accountKey(posting)), `account of ${businessKey}`);
      return { journalId: id, leg, legCount: postings.length, accountId, amount: posting.amount };
    }),
  );
  await copyRows(manager, 'posting (journal_id, leg, leg_count, account_id, amount)', {
    of: legs,
    toValues: ({ journalId, leg, legCount, accountId, amount }) => [
      journalId,
      leg,
      legCount,
      accountId,
      amount,
    ],
  });
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
