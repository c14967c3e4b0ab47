import { type EntityManager } from 'typeorm';
import { queryRows } from '#database';
import { type Address, type ChainId, type Hex } from '#kernel';
import { type ChainHead, type EpochStatement } from './domain/epoch-root.js';
import { GENESIS_HASH, journalPreimage } from './domain/journal.js';
import { sha256Of } from './journal-hash.js';
import { type BalanceMismatch, readBalanceMismatches } from './storage/balance-reader.js';
import { journalsOfChain, type JournalView } from './storage/journal-reader.js';

const PAGE = 2_000;

/** The first thing an audit found wrong. */
export interface LedgerFault {
  readonly reason: string;
  readonly chainId?: ChainId;
  readonly journalId?: number;
  readonly businessKey?: string;
  /** The posting that disagrees with the balance of its account, when one can be named. */
  readonly leg?: number;
  readonly accountId?: number;
  /** Epoch whose commitment the journals of a chain contradict. */
  readonly epoch?: number;
  /** Place of the last journal that is vouched for; the first wrong one comes after it. */
  readonly afterSeq?: number;
}

export interface VerifyResult {
  readonly ok: boolean;
  readonly journals: number;
  readonly postings: number;
  readonly firstBad?: LedgerFault;
}

/** Blocks up to which journals count, for each chain; a chain left out counts in full. */
export type UptoBlocks = Readonly<Record<number, number>>;

export interface ChainDigest {
  readonly chainId: ChainId;
  readonly journals: number;
  readonly postings: number;
  /** Hash of the last journal, recomputed from the content of all of them. */
  readonly head: Hex;
}

export interface LedgerDigest {
  readonly digest: Hex;
  readonly journals: number;
  readonly postings: number;
  readonly chains: readonly ChainDigest[];
}

interface StoredHead {
  readonly chainId: ChainId;
  readonly seq: number;
  readonly hash: Hex;
}

/**
 * Recounts the whole ledger: sums of every journal, the hash chain of every chain, and every
 * balance, and that the chains are the ones committed to outside of the database. Reads inside the
 * caller's transaction, which must be a repeatable read.
 */
export async function verifyLedger(
  manager: EntityManager,
  anchors: readonly EpochStatement[] = [],
): Promise<VerifyResult> {
  const mismatches = await readBalanceMismatches(manager);
  let journals = 0;
  let postings = 0;
  let firstBad: LedgerFault | undefined;
  for (const stored of await readHeads(manager, anchors)) {
    const vouched = new VouchedHeads(stored.chainId, anchors);
    let last: Omit<StoredHead, 'chainId'> = { seq: 0, hash: GENESIS_HASH };
    for await (const journal of walk(manager, stored.chainId)) {
      journals += 1;
      postings += journal.postings.length;
      firstBad ??= faultOf(journal, last, mismatches) ?? vouched.faultAt(journal);
      last = { seq: journal.seq, hash: journal.hash };
    }
    firstBad ??= vouched.faultAtEnd(last.seq);
    if (last.seq !== stored.seq || last.hash !== stored.hash) {
      const reason = `chain ends at journal ${last.seq}, its head says ${stored.seq}`;
      firstBad ??= { chainId: stored.chainId, reason };
    }
  }
  const [mismatch] = mismatches;
  if (mismatch !== undefined) {
    firstBad ??= { accountId: mismatch.accountId, reason: describe(mismatch) };
  }
  const ok = firstBad === undefined;
  return firstBad === undefined ? { ok, journals, postings } : { ok, journals, postings, firstBad };
}

/** The heads of one chain that were committed to, met in the order of its journals. */
class VouchedHeads {
  private readonly heads: readonly (ChainHead & { readonly epoch: number })[];
  private next = 0;
  private lastSound = 0;

  constructor(
    private readonly chainId: ChainId,
    anchors: readonly EpochStatement[],
  ) {
    this.heads = anchors
      .flatMap(({ epoch, heads }) => heads.map((head) => ({ ...head, epoch })))
      .filter((head) => head.chainId === chainId && head.seq > 0)
      .toSorted((a, b) => a.seq - b.seq || a.epoch - b.epoch);
  }

  faultAt(journal: JournalView): LedgerFault | undefined {
    const { chainId, lastSound: afterSeq } = this;
    for (;;) {
      const head = this.heads[this.next];
      if (head === undefined || head.seq > journal.seq) return undefined;
      if (head.head !== journal.hash) {
        const { epoch, seq } = head;
        const reason =
          `epoch ${epoch} committed to another history: a journal after ${afterSeq} and up to ` +
          `${seq} of its chain was changed, and every hash after it computed again`;
        const { id: journalId, businessKey } = journal;
        return { chainId, journalId, businessKey, epoch, afterSeq, reason };
      }
      this.lastSound = head.seq;
      this.next += 1;
    }
  }

  faultAtEnd(lastSeq: number): LedgerFault | undefined {
    const { chainId, lastSound: afterSeq } = this;
    const head = this.heads[this.next];
    if (head === undefined) return undefined;
    const { epoch, seq } = head;
    const reason = `chain ends at journal ${lastSeq}, epoch ${epoch} committed to ${seq} journals`;
    return { chainId, epoch, afterSeq, reason };
  }
}

/**
 * Digest of the final journals, recomputed from their content: two databases built from the same
 * chains give the same digest up to the same blocks. Row ids and times of insertion do not count.
 */
export async function digestLedger(
  manager: EntityManager,
  uptoBlocks: UptoBlocks = {},
): Promise<LedgerDigest> {
  const chains: ChainDigest[] = [];
  for (const { chainId } of await readHeads(manager)) {
    let [journals, postings, head] = [0, 0, GENESIS_HASH];
    for await (const journal of walk(manager, chainId, uptoBlocks[chainId])) {
      journals += 1;
      postings += journal.postings.length;
      head = sha256Of(journalPreimage(journal, { seq: journals, prevHash: head }));
    }
    if (journals > 0) chains.push({ chainId, journals, postings, head });
  }
  const text = chains.map(({ chainId, journals, head }) => `${chainId}:${journals}:${head}`);
  return {
    digest: sha256Of(text.join('\n')),
    journals: chains.reduce((total, chain) => total + chain.journals, 0),
    postings: chains.reduce((total, chain) => total + chain.postings, 0),
    chains,
  };
}

async function* walk(
  manager: EntityManager,
  chainId: ChainId,
  uptoBlock?: number,
): AsyncGenerator<JournalView> {
  let afterSeq = 0;
  for (;;) {
    const page = await journalsOfChain(manager, { chainId, afterSeq, uptoBlock, limit: PAGE });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    afterSeq = last.seq;
  }
}

/** Chains with journals count even when their head was removed, and so do those vouched for. */
async function readHeads(
  manager: EntityManager,
  anchors: readonly EpochStatement[] = [],
): Promise<readonly StoredHead[]> {
  const vouched = anchors.flatMap(({ heads }) => heads.map(({ chainId }) => chainId));
  return queryRows<StoredHead>(
    manager,
    `SELECT c.chain_id AS "chainId", coalesce(h.seq, 0) AS seq,
       coalesce(h.hash, decode(substr($1, 3), 'hex')) AS hash
     FROM (SELECT chain_id FROM journal_head UNION SELECT chain_id FROM journal
           UNION SELECT unnest($2::bigint[])) c
     LEFT JOIN journal_head h USING (chain_id) ORDER BY c.chain_id`,
    [GENESIS_HASH, [...new Set(vouched)]],
  );
}

function faultOf(
  journal: JournalView,
  before: { readonly seq: number; readonly hash: Hex },
  mismatches: readonly BalanceMismatch[],
): LedgerFault | undefined {
  const reason = reasonOf(journal, before);
  if (reason === undefined) return undefined;
  const { id, businessKey, chainId } = journal;
  const fault = { journalId: id, businessKey, chainId };
  for (const { leg, accountId } of journal.postings) {
    const mismatch = mismatches.find((one) => one.accountId === accountId);
    if (mismatch === undefined) continue;
    return { ...fault, leg, accountId, reason: `${reason}; leg ${leg}: ${describe(mismatch)}` };
  }
  return { ...fault, reason };
}

function reasonOf(
  journal: JournalView,
  before: { readonly seq: number; readonly hash: Hex },
): string | undefined {
  if (journal.seq !== before.seq + 1) return `journal ${before.seq + 1} of its chain is missing`;
  if (journal.prevHash !== before.hash) return 'does not name the hash of the journal before it';
  if (journal.postings.length !== journal.legCount) {
    return `has ${journal.postings.length} of ${journal.legCount} postings`;
  }
  const sums = new Map<Address, bigint>();
  for (const { asset, amount } of journal.postings) {
    sums.set(asset, (sums.get(asset) ?? 0n) + amount);
  }
  for (const [asset, sum] of sums) {
    if (sum !== 0n) return `postings of ${asset} sum to ${sum}, not to zero`;
  }
  const hash = sha256Of(journalPreimage(journal, { seq: journal.seq, prevHash: before.hash }));
  return hash === journal.hash ? undefined : 'content does not match its hash';
}

function describe(mismatch: BalanceMismatch): string {
  const { accountId, kind, owner, balanceDebits, balanceCredits } = mismatch;
  return (
    `account ${accountId} (${kind} ${owner}) has debits ${balanceDebits}, credits ` +
    `${balanceCredits}, its postings sum to ${mismatch.postedDebits} and ${mismatch.postedCredits}`
  );
}
