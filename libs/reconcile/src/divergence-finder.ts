import { Injectable } from '@nestjs/common';
import type { ChainClient, ChainNode } from '#chain';
import { decodeFarmEvent, EMISSION } from '#farms';
import { type IndexedLog, LogStore } from '#indexer';
import { RetryableError } from '#kernel';
import { type JournalView, LedgerService, type VerifyResult } from '#ledger';
import { type Pair } from './domain/compare-rows.js';
import { type Difference, type Divergence, type Finding } from './domain/difference.js';
import { type Agreement, firstDivergence } from './domain/first-divergence.js';
import { paymentOf } from './payments.js';
import { PinnedChain } from './pinned-chain.js';
import { type StoredRows } from './row-reader.service.js';

/** Journals of an account that are searched, the newest ones. */
const JOURNALS_MAX = 1_000;
/** Logs of a position that are read again, the newest ones. */
const LOGS_MAX = 500;
/** Findings of one run whose place is looked for; each costs some reads of the chain. */
const SEARCHED_MAX = 20;

interface Place {
  readonly chain: ChainClient;
  readonly node: ChainNode;
  readonly rows: StoredRows;
  readonly verification: VerifyResult;
}

/** An account of a position: what it is worth at a block, by our rows and by the chain. */
interface Account {
  readonly finding: Finding;
  readonly pair: Pair;
  readonly accountId: number;
  readonly stream: number;
  /** Oldest first. */
  readonly journals: readonly JournalView[];
  readonly logs: readonly IndexedLog[];
}

/** Finds out where rows and chain part: at which journal, at which log, or between which blocks. */
@Injectable()
export class DivergenceFinder {
  constructor(
    private readonly logs: LogStore,
    private readonly ledger: LedgerService,
  ) {}

  /** @throws {RetryableError} when the node stops answering meanwhile. */
  async explain(findings: readonly Finding[], place: Place): Promise<readonly Difference[]> {
    const differences: Difference[] = [];
    for (const finding of findings) {
      const isSearched = differences.length < SEARCHED_MAX;
      const journals = await this.journalsOf(finding);
      const divergence = isSearched ? await this.search(finding, journals, place) : null;
      const newest = journals.at(-1)?.id ?? null;
      differences.push({
        ...finding,
        journalId: divergence?.journalId ?? wrongIn(journals, place.verification)?.id ?? newest,
        divergence,
      });
    }
    return differences;
  }

  private async search(
    finding: Finding,
    journals: readonly JournalView[],
    place: Place,
  ): Promise<Divergence> {
    const wrong = wrongIn(journals, place.verification);
    if (wrong !== undefined) return ofAudit(wrong, journals);
    const { farmId, user, accountId } = finding;
    if (farmId === null || user === null) return sinceVerified(finding, place.rows);
    const logs = await this.logsOf({ farmId, user }, place);
    const altered = await firstAltered(logs, place);
    if (altered !== undefined) return altered;
    if (accountId === null) return ofRow(logs, finding);
    const stream = Number(/^stream (\d+)$/.exec(finding.subject ?? '')?.[1] ?? EMISSION);
    const account = { finding, pair: { farmId, user }, accountId, stream, journals, logs };
    return searchJournals(account, place);
  }

  /** Oldest first; none for what has no account. */
  private async journalsOf(finding: Finding): Promise<readonly JournalView[]> {
    const { accountId, block: uptoBlock } = finding;
    if (accountId === null) return [];
    const journals = await this.ledger.journals({ accountId, uptoBlock, limit: JOURNALS_MAX });
    return journals.toReversed();
  }

  /** Final logs about one position, oldest first. Nobody but this search asks for them so. */
  private async logsOf(
    { farmId, user }: Pair,
    { chain, rows }: Place,
  ): Promise<readonly IndexedLog[]> {
    const logs = await this.logs.finalRange({
      chainId: chain.chainId,
      afterBlock: -1,
      toBlock: rows.cursor.postedBlock,
      addresses: [chain.deployment.contracts.farms],
    });
    const isOwn = (log: IndexedLog): boolean => {
      const event = decodeFarmEvent(log);
      if (event === undefined || !('user' in event && 'farmId' in event)) return false;
      return event.farmId === farmId && event.user === user;
    };
    return logs.filter(isOwn);
  }
}

function wrongIn(
  journals: readonly JournalView[],
  { firstBad }: VerifyResult,
): JournalView | undefined {
  return journals.find(({ id }) => id === firstBad?.journalId);
}

/** The hash chain knows the very journal, whatever the node still keeps. */
function ofAudit(wrong: JournalView, journals: readonly JournalView[]): Divergence {
  const before = journals.findLast(({ block }) => block.number < wrong.block.number);
  return {
    afterBlock: before?.block.number ?? null,
    block: wrong.block.number,
    isExact: true,
    journalId: wrong.id,
    log: null,
    sentence: `Journal ${wrong.id} (${wrong.businessKey}) is not what was written.`,
  };
}

/** What has no journals and no logs of its own can only be narrowed down by earlier runs. */
function sinceVerified({ block }: Finding, { verified }: StoredRows): Divergence {
  const after = verified?.number ?? null;
  const since = after === null ? 'some block' : `block ${after}, where all was equal,`;
  return {
    afterBlock: after,
    block,
    isExact: false,
    journalId: null,
    log: null,
    sentence: `Between ${since} and block ${block}.`,
  };
}

/** The first log of our index that the node does not give in its block. */
async function firstAltered(
  logs: readonly IndexedLog[],
  { chain, node }: Place,
): Promise<Divergence | undefined> {
  let before: number | null = null;
  for (const log of logs.slice(-LOGS_MAX)) {
    const { blockNumber: number, blockHash: hash, blockTimestamp: timestamp, logIndex } = log;
    const block = { number, hash, timestamp, parentHash: hash };
    const addresses = [chain.deployment.contracts.farms];
    const given = await node.logsOfBlock({ addresses, topics0: [], block });
    const same = given.find((other) => other.logIndex === logIndex);
    const isSame =
      same?.data === log.data &&
      same.txHash === log.txHash &&
      same.topics.join() === log.topics.join();
    if (!isSame) {
      return {
        afterBlock: before,
        block: number,
        isExact: true,
        journalId: null,
        log: { txHash: log.txHash, logIndex },
        sentence: `Log ${logIndex} of block ${number} is not the one of the node.`,
      };
    }
    before = number;
  }
  return undefined;
}

/** The logs are those of the chain, so what was made of them is wrong. */
function ofRow(logs: readonly IndexedLog[], { block }: Finding): Divergence {
  const last = logs.at(-1);
  const after = last === undefined ? '' : `, the last one in block ${last.blockNumber}`;
  return {
    afterBlock: last?.blockNumber ?? null,
    block,
    isExact: false,
    journalId: null,
    log: last === undefined ? null : { txHash: last.txHash, logIndex: last.logIndex },
    sentence: `The logs are those of the node${after}; the stored row is not what they say.`,
  };
}

async function searchJournals(account: Account, place: Place): Promise<Divergence> {
  const { finding, journals } = account;
  // What accrued is posted in full at the ends of epochs only; other sums are at any block.
  const told = finding.what === 'reward' ? journals.filter(isAccrual) : journals;
  const blocks = [...new Set(told.map(({ block }) => block.number))];
  const { agreedAt, differedAt, isExact } = await firstDivergence(blocks, (block) =>
    lookAt(account, place, block),
  );
  const upto = differedAt ?? finding.block;
  const inside = journals.filter(
    ({ block }) => block.number > (agreedAt ?? -1) && block.number <= upto,
  );
  const [first] = inside;
  const from = agreedAt === undefined ? 'the first block' : `block ${agreedAt}`;
  const lost = isExact ? '' : ' The node no longer keeps states older than that.';
  const which =
    first === undefined
      ? 'No journal lies in between: the chain moved without one, or answers otherwise than before.'
      : `Journal ${first.id} (${first.businessKey}) is the first of ${inside.length} in between.`;
  return {
    afterBlock: agreedAt ?? null,
    block: upto,
    isExact: isExact && inside.length === 1,
    journalId: first?.id ?? null,
    log: null,
    sentence: `Equal after ${from}, different at block ${upto}. ${which}${lost}`,
  };
}

function isAccrual({ kind }: JournalView): boolean {
  return kind === 'accrual';
}

/** Compares what an account was worth at the end of an earlier block. */
async function lookAt(account: Account, place: Place, block: number): Promise<Agreement> {
  const { finding, pair, stream, logs } = account;
  const journals = account.journals.filter((journal) => journal.block.number <= block);
  const paid = logs
    .filter(({ blockNumber }) => blockNumber <= block)
    .flatMap((log) => {
      const event = decodeFarmEvent(log);
      return event === undefined ? [] : paymentOf(event);
    })
    .filter((payment) => payment.stream === stream)
    .reduce((total, { amount }) => total + amount, 0n);
  const { entered, left, cut } = sumsOf(account, journals);
  if (finding.what === 'claimed') return left - cut === paid ? 'agrees' : 'differs';
  try {
    const header = await place.node.blockByNumber(block);
    if (header === undefined) return 'unknown';
    const pinned = new PinnedChain(place.chain, place.node, header);
    const isEqual =
      finding.what === 'staked'
        ? entered - left === (await pinned.principal(pair))
        : entered - cut === (await pinned.earned(pair, stream)) + paid;
    return isEqual ? 'agrees' : 'differs';
  } catch (error) {
    // A node that answered for the newest block and not for this one has let its state go.
    if (error instanceof RetryableError) return 'unknown';
    throw error;
  }
}

function sumsOf(
  { accountId }: Account,
  journals: readonly JournalView[],
): { readonly entered: bigint; readonly left: bigint; readonly cut: bigint } {
  let [entered, left, cut] = [0n, 0n, 0n];
  for (const { kind, postings } of journals) {
    for (const posting of postings) {
      if (posting.accountId !== accountId) continue;
      if (posting.amount < 0n) entered -= posting.amount;
      else left += posting.amount;
      if (posting.amount > 0n && kind === 'cut') cut += posting.amount;
    }
  }
  return { entered, left, cut };
}
