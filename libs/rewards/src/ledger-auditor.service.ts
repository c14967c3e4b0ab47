import { Injectable } from '@nestjs/common';
import { type ChainClient, ChainRegistry } from '#chain';
import { AppConfig } from '#config';
import { emptyBook, FarmStateStore } from '#farms';
import { LogStore } from '#indexer';
import { InvariantViolation } from '#kernel';
import {
  differenceOf,
  type EpochStatement,
  type JournalDraft,
  type JournalView,
  type LedgerFault,
  LedgerService,
  type VerifyResult,
} from '#ledger';
import { emptySums } from './domain/farm-postings.js';
import { PostingFold } from './domain/posting-fold.js';
import { postInOrder } from './domain/post-in-order.js';
import { postingChainOf, readLedgerFacts } from './read-ledger-facts.js';
import { PostingCursorStore } from './storage/posting-cursor-store.js';

/** Boundaries of a chain; more than a century of weekly epochs. */
const BOUNDARIES_MAX = 10_000;
/** Blocks whose journals are in memory at a time. */
const BLOCKS = 5_000;
const PAGE = 1_000;

/** Verifies the ledger against what it was booked from and what was committed to elsewhere. */
@Injectable()
export class LedgerAuditor {
  constructor(
    private readonly config: AppConfig,
    private readonly chains: ChainRegistry,
    private readonly logs: LogStore,
    private readonly states: FarmStateStore,
    private readonly cursors: PostingCursorStore,
    private readonly ledger: LedgerService,
  ) {}

  /**
   * Recounts the ledger, compares it with what was committed to outside of its database, and derives
   * every journal from the indexed logs again. Hashes can be computed again after a change; the logs
   * then tell the first journal, and posting, that is not theirs.
   *
   * @param anchors What the evidence says whose hashes are on the hub.
   */
  async verify(anchors: readonly EpochStatement[]): Promise<VerifyResult> {
    const result = await this.ledger.verify(anchors);
    const { firstBad } = result;
    const isOfNoChain = firstBad !== undefined && firstBad.chainId === undefined;
    if (isOfNoChain) return result;
    for (const chain of this.chains.all()) {
      if (firstBad !== undefined && firstBad.chainId !== chain.chainId) continue;
      const found = await this.firstDifference(chain);
      if (found === undefined) continue;
      if (firstBad === undefined) return { ...result, ok: false, firstBad: found };
      const reason = `${firstBad.reason}; ${found.reason}`;
      return { ...result, firstBad: { ...firstBad, ...found, reason } };
    }
    return result;
  }

  private async firstDifference(chain: ChainClient): Promise<LedgerFault | undefined> {
    const { chainId } = chain;
    const posted = (await this.states.cursor(chainId))?.postedBlock;
    if (posted === undefined) return undefined;
    const stored = this.stored(chain, posted);
    try {
      return await this.compare(stored, this.derived(chain, posted));
    } catch (error) {
      if (!(error instanceof InvariantViolation)) throw error;
      // Logs that give no journals at all were tampered with as well.
      return { chainId, reason: `the indexed logs contradict each other: ${error.message}` };
    }
  }

  private async compare(
    stored: AsyncGenerator<JournalView, undefined>,
    derived: AsyncIterable<JournalDraft>,
  ): Promise<LedgerFault | undefined> {
    for await (const expected of derived) {
      const { value: journal } = await stored.next();
      if (journal === undefined) {
        const { chainId, businessKey } = expected;
        return { chainId, businessKey, reason: `${businessKey} of the logs is not in the ledger` };
      }
      const difference = differenceOf(journal, expected);
      if (difference !== undefined) return faultOf(journal, difference);
    }
    const { value: journal } = await stored.next();
    if (journal === undefined) return undefined;
    return faultOf(journal, { reason: 'no log gives this journal' });
  }

  private async *stored(
    { chainId }: ChainClient,
    uptoBlock: number,
  ): AsyncGenerator<JournalView, undefined> {
    let afterSeq = 0;
    for (;;) {
      const page = await this.ledger.journalsAfter({ chainId, afterSeq, limit: PAGE, uptoBlock });
      yield* page;
      if (page.length < PAGE) return undefined;
      afterSeq = page.at(-1)?.seq ?? afterSeq;
    }
  }

  /** The journals that the logs of a chain give, in their order. */
  private async *derived(chain: ChainClient, uptoBlock: number): AsyncGenerator<JournalDraft> {
    const { chainId, deployment } = chain;
    const fold = new PostingFold(
      postingChainOf(chain, this.config.deployment),
      emptyBook(deployment.contracts),
      emptySums(),
    );
    const boundaries = (
      await this.cursors.boundaries({ chainId, limit: BOUNDARIES_MAX })
    ).toReversed();
    for (let afterBlock = -1; afterBlock < uptoBlock; afterBlock += BLOCKS) {
      const from = afterBlock;
      const toBlock = Math.min(uptoBlock, from + BLOCKS);
      const facts = await readLedgerFacts(this.logs, chain, { afterBlock: from, toBlock });
      const blocks = boundaries
        .filter(({ block }) => block > from && block <= toBlock)
        .map(({ block: number, blockHash: hash, timestamp }) => ({ number, hash, timestamp }));
      postInOrder(fold, facts, blocks);
      yield* fold.takeDrafts();
    }
  }
}

function faultOf(
  { id: journalId, businessKey, chainId }: JournalView,
  { reason, leg, accountId }: Pick<LedgerFault, 'reason' | 'leg' | 'accountId'>,
): LedgerFault {
  const place = leg === undefined || accountId === undefined ? {} : { leg, accountId };
  return { chainId, journalId, businessKey, reason, ...place };
}
