import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type BlockRef, type ChainClient, ChainRegistry } from '#chain';
import { AppConfig } from '#config';
import { inTransaction } from '#database';
import {
  bookOf,
  FarmStateStore,
  positionKey,
  type PostingCursor,
  type StoredPosition,
} from '#farms';
import { LogStore } from '#indexer';
import { type Address, assert, type ChainId, defined, RetryableError } from '#kernel';
import { LedgerService } from '#ledger';
import { failpoint } from '#observability';
import { BoundaryFinder } from './boundary-finder.js';
import { endOfEpoch, epochEndingAfter } from './domain/epoch-grid.js';
import { PostingFold } from './domain/posting-fold.js';
import { type LocatedFact, postInOrder } from './domain/post-in-order.js';
import { postingChainOf, readLedgerFacts } from './read-ledger-facts.js';
import { type AccrualBoundary, PostingCursorStore } from './storage/posting-cursor-store.js';

/** Blocks, logs and boundaries of one transaction; a long history is posted in several. */
const BLOCKS_MAX = 5_000;
const LOGS_MAX = 5_000;
const BOUNDARIES_MAX = 20;
/** Transactions of one tick, so that other jobs get their turn. */
const ROUNDS_MAX = 20;

/** Another process posted the same blocks at the same time; nothing was written here. */
export class PostingOvertaken extends RetryableError {}

/** What one tick posted on a chain. */
export interface PostingReport {
  readonly status: 'posted' | 'idle' | 'halted' | 'not-indexed';
  readonly fromBlock: number;
  /** Below `fromBlock` when nothing was posted. */
  readonly toBlock: number;
  readonly journals: number;
  readonly boundaries: number;
}

interface Boundary {
  readonly block: BlockRef;
  readonly epoch: number;
}

/** What the next transaction posts: everything up to `end`, with all accruals at the boundaries. */
interface Round {
  readonly start: PostingCursor;
  readonly end: BlockRef;
  readonly boundaries: readonly Boundary[];
}

/**
 * Posts the final logs of a chain, once each, as journals; at the last block before every epoch
 * end also what everybody accrued. Journals, states and the posted block are one transaction, and
 * what is posted depends on chain data alone, so a rebuild gives the same journals.
 */
@Injectable()
export class RewardsPoster {
  constructor(
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
    private readonly chains: ChainRegistry,
    private readonly logs: LogStore,
    private readonly states: FarmStateStore,
    private readonly cursors: PostingCursorStore,
    private readonly ledger: LedgerService,
    private readonly finder: BoundaryFinder,
  ) {}

  /**
   * Posts what became final since the last tick.
   *
   * @param options.uptoBlock Stops at this block, to rebuild up to the block of another database.
   * @throws {InvariantViolation} when the replica and the chain disagree; nothing is written.
   * @throws {RetryableError} when a node fails or another process was faster.
   */
  async tick(
    chainId: ChainId,
    options: { readonly uptoBlock?: number } = {},
  ): Promise<PostingReport> {
    const chain = this.chains.byId(chainId);
    const indexed = await this.logs.cursor(chainId);
    if (indexed === undefined) return nothing('not-indexed');
    // Final blocks changed their minds: what they say may not be booked.
    if (indexed.haltedReason !== null) return nothing('halted');
    const final = Math.min(indexed.finalizedBlock, indexed.cursorBlock);
    const uptoBlock = Math.min(final, options.uptoBlock ?? final);
    if (uptoBlock < chain.deployment.startBlock) return nothing('idle');

    const first = await this.openCursor(chain);
    let [journals, boundaries, start] = [0, 0, first];
    for (let rounds = 0; rounds < ROUNDS_MAX && start.postedBlock < uptoBlock; rounds += 1) {
      const round = await this.plan(chain, start, uptoBlock);
      journals += await this.post(chain, round);
      boundaries += round.boundaries.length;
      start = defined(await this.states.cursor(chainId), 'posting cursor');
    }
    return {
      status: start.postedBlock > first.postedBlock ? 'posted' : 'idle',
      fromBlock: first.postedBlock + 1,
      toBlock: start.postedBlock,
      journals,
      boundaries,
    };
  }

  /** Epochs that ended before the first block of ours have no boundary. */
  private async openCursor(chain: ChainClient): Promise<PostingCursor> {
    const { chainId } = chain;
    const known = await this.states.cursor(chainId);
    if (known !== undefined) return known;
    const { startBlock } = chain.deployment;
    const { timestamp } = await this.finder.block(chain, startBlock);
    const nextEpoch = epochEndingAfter(this.config.deployment.epoch, timestamp);
    await this.cursors.open({ chainId, postedBlock: startBlock - 1, nextEpoch });
    return defined(await this.states.cursor(chainId), 'posting cursor');
  }

  private async plan(chain: ChainClient, start: PostingCursor, uptoBlock: number): Promise<Round> {
    const grid = this.config.deployment.epoch;
    const toBlock = await this.shareOf(chain, start, uptoBlock);
    const high = await this.finder.block(chain, toBlock);
    const { startBlock } = chain.deployment;
    let low =
      start.postedBlock < startBlock
        ? await this.finder.block(chain, startBlock)
        : { number: start.postedBlock, timestamp: start.postedTimestamp };
    let epoch = start.nextEpoch;
    const boundaries: Boundary[] = [];
    while (endOfEpoch(grid, epoch) <= high.timestamp) {
      const moment = endOfEpoch(grid, epoch);
      const { before, after } = await this.finder.straddle({ chain, moment, low, high });
      boundaries.push({ block: before, epoch });
      // The block after the boundary may have passed the ends of further epochs as well.
      epoch = epochEndingAfter(grid, after.timestamp);
      low = after;
      if (boundaries.length === BOUNDARIES_MAX) return { start, end: after, boundaries };
    }
    return { start, end: high, boundaries };
  }

  /** Last block of the next transaction: what it reads and writes is held in memory. */
  private async shareOf(
    chain: ChainClient,
    start: PostingCursor,
    uptoBlock: number,
  ): Promise<number> {
    const share = await this.logs.blockOfShare({
      chainId: chain.chainId,
      afterBlock: start.postedBlock,
      limit: LOGS_MAX,
    });
    return Math.min(uptoBlock, start.postedBlock + BLOCKS_MAX, share ?? uptoBlock);
  }

  private async post(chain: ChainClient, round: Round): Promise<number> {
    const afterBlock = round.start.postedBlock;
    const facts = await readLedgerFacts(this.logs, chain, {
      afterBlock,
      toBlock: round.end.number,
    });
    const count = await inTransaction(this.dataSource, async (manager) => {
      if (!(await this.cursors.take(manager, round.start))) {
        throw new PostingOvertaken(`chain ${chain.key} was posted by another process`);
      }
      const fold = await this.load(manager, { chain, round, facts });
      const known = new Set(fold.stored.posted.keys());
      const blocks = round.boundaries.map(({ block }) => block);
      postInOrder(fold, facts, blocks);
      await this.store(manager, { round, fold, known });
      failpoint('before-commit');
      return fold.drafts.length;
    });
    failpoint('journals-posted');
    return count;
  }

  /** The part of the stored state that the facts can touch; at a boundary that is everybody. */
  private async load(
    manager: EntityManager,
    options: {
      readonly chain: ChainClient;
      readonly round: Round;
      readonly facts: readonly LocatedFact[];
    },
  ): Promise<PostingFold> {
    const { chain, round, facts } = options;
    const { chainId } = chain;
    const users = round.boundaries.length > 0 ? undefined : usersOf(facts);
    const positions = await this.states.positions({ chainId, users }, manager);
    const book = bookOf({
      wiring: chain.deployment.contracts,
      seq: round.start.farmsSeq,
      farms: await this.states.farms(chainId, manager),
      positions: positions.map(({ posted: _posted, ...position }) => position),
      tokens: await this.states.tokens(chainId, manager),
    });
    const posted = new Map(
      positions.map((position) => [`${position.user}:${position.farmId}`, position.posted]),
    );
    const idle = await this.fundsOf(manager, chainId, 'idle');
    const dust = await this.fundsOf(manager, chainId, 'dust');
    return new PostingFold(postingChainOf(chain, this.config.deployment), book, {
      posted,
      idle,
      dust,
    });
  }

  /** Balances of one kind of account that streams have, by owner. */
  private async fundsOf(
    manager: EntityManager,
    chainId: ChainId,
    kind: 'idle' | 'dust',
  ): Promise<Map<string, bigint>> {
    const accounts = await this.ledger.balances({ chainId, kind }, manager);
    return new Map(accounts.map(({ owner, balance }) => [owner, balance]));
  }

  private async store(
    manager: EntityManager,
    posting: {
      readonly round: Round;
      readonly fold: PostingFold;
      /** Positions that are stored already. */
      readonly known: ReadonlySet<string>;
    },
  ): Promise<void> {
    const { round, fold, known } = posting;
    const { start, end, boundaries } = round;
    const { chainId } = start;
    const { posted, repeated } = await this.ledger.post(manager, fold.drafts);
    assert(repeated === 0, `${repeated} of ${posted + repeated} journals were posted before`);
    failpoint('mid-journal');
    const farms = [...fold.book.farms.values()].filter(({ farmId }) =>
      fold.touchedFarms.has(farmId),
    );
    await this.states.saveFarms(manager, chainId, farms);
    const isKnown = ({ user, farmId }: StoredPosition): boolean =>
      known.has(positionKey(user, farmId));
    const changed = changedPositions(fold);
    await this.states.savePositions(manager, chainId, changed.filter(isKnown));
    await this.states.addPositions(
      manager,
      chainId,
      changed.filter((position) => !isKnown(position)),
    );
    await this.states.saveTokens(manager, chainId, [...fold.book.tokens.values()]);
    await this.cursors.addBoundaries(
      manager,
      boundaries.map(({ block, epoch }) => boundaryOf(chainId, block, epoch)),
    );
    const nextEpoch = Math.max(
      start.nextEpoch,
      epochEndingAfter(this.config.deployment.epoch, end.timestamp),
    );
    const farmsSeq = fold.book.seq;
    const hasMoved = await this.cursors.advance(manager, start, { end, farmsSeq, nextEpoch });
    assert(hasMoved, 'the posting cursor moved under its lock');
  }
}

function usersOf(facts: readonly LocatedFact[]): readonly Address[] {
  const users = facts.flatMap(({ fact }) =>
    fact.source === 'farms' && 'user' in fact.event ? [fact.event.user] : [],
  );
  return [...new Set(users)];
}

function changedPositions(fold: PostingFold): readonly StoredPosition[] {
  return [...fold.book.positions]
    .filter(([key]) => fold.touchedPositions.has(key))
    .map(([key, position]) => ({ ...position, posted: fold.stored.posted.get(key) ?? [] }));
}

function boundaryOf(chainId: ChainId, block: BlockRef, epoch: number): AccrualBoundary {
  const { number, hash, timestamp } = block;
  return { chainId, block: number, blockHash: hash, timestamp, epoch };
}

function nothing(status: PostingReport['status']): PostingReport {
  return { status, fromBlock: 0, toBlock: -1, journals: 0, boundaries: 0 };
}
