import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ChainRegistry } from '#chain';
import { AppConfig } from '#config';
import { queryRows, ShadowTables } from '#database';
import { FarmBookReader, FarmsService, FarmStateStore } from '#farms';
import { LogStore } from '#indexer';
import { type ChainId, RetryableError } from '#kernel';
import { LedgerService } from '#ledger';
import { failpoint } from '#observability';
import { BoundaryFinder } from './boundary-finder.js';
import { RewardsPoster } from './rewards-poster.service.js';
import { type RewardsDigest, RewardsService } from './rewards.service.js';
import { PostingCursorStore } from './storage/posting-cursor-store.js';

/** Everything the poster writes, in the order in which it locks them. */
const TABLES = [
  'posting_cursor',
  'accrual_boundary',
  'farm_state',
  'stream_state',
  'token_book',
  'position_state',
  'journal_head',
  'account',
  'balance',
  'journal',
  'posting',
  'unchecked_journals',
];

/** What a rebuild found. */
export interface RebuildReport {
  /** Of the tables in use before, and of the new ones, both up to the same blocks. */
  readonly before: RewardsDigest;
  readonly rebuilt: RewardsDigest;
  readonly isEqual: boolean;
  /** Whether the new tables are in use now. */
  readonly isSwapped: boolean;
}

/**
 * Builds the ledger and the states of farms and positions anew from the stored logs, beside those
 * in use, while they are read and written.
 */
@Injectable()
export class LedgerRebuilder {
  constructor(
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
    private readonly chains: ChainRegistry,
    private readonly finder: BoundaryFinder,
    private readonly rewards: RewardsService,
  ) {}

  /**
   * @param options.isCompareOnly Leaves the tables in use as they are.
   * @throws {RebuildRunning} when another rebuild is under way.
   * @throws {RetryableError} when a node fails, or the tables are never idle.
   */
  async rebuild(options: { readonly isCompareOnly: boolean }): Promise<RebuildReport> {
    return ShadowTables.with(this.dataSource, TABLES, async (shadow) => {
      const { poster, rewards } = this.servicesOn(shadow.dataSource);
      await this.follow(poster);
      failpoint('mid-rebuild');
      const rebuilt = await rewards.digest();
      const blocks = Object.fromEntries(
        rebuilt.states.map(({ chainId, block }) => [chainId, block]),
      );
      const before = await this.rewards.digest(blocks);
      const isEqual = before.digest === rebuilt.digest;
      if (options.isCompareOnly) return { before, rebuilt, isEqual, isSwapped: false };
      await shadow.swap(
        () => this.follow(poster),
        async (manager) => {
          const used = await postedBlocks(manager, 'public');
          const built = await postedBlocks(manager, 'rebuild');
          return [...used].every(([chainId, block]) => built.get(chainId) === block);
        },
      );
      return { before, rebuilt, isEqual, isSwapped: true };
    });
  }

  /** Posts up to where the tables in use are. */
  private async follow(poster: RewardsPoster): Promise<void> {
    for (const [chainId, uptoBlock] of await postedBlocks(this.dataSource.manager, 'public')) {
      for (;;) {
        const { status, toBlock } = await poster.tick(chainId, { uptoBlock });
        if (status === 'halted' || status === 'not-indexed') {
          throw new RetryableError(`chain ${chainId} is ${status} and cannot be rebuilt`);
        }
        if (toBlock >= uptoBlock || status === 'idle') break;
      }
    }
  }

  private servicesOn(dataSource: DataSource): {
    readonly poster: RewardsPoster;
    readonly rewards: RewardsService;
  } {
    const { config, chains, finder } = this;
    const logs = new LogStore(dataSource);
    const states = new FarmStateStore(dataSource);
    const cursors = new PostingCursorStore(dataSource);
    const ledger = new LedgerService(dataSource);
    const books = new FarmBookReader(dataSource, logs, states);
    const farms = new FarmsService(chains, books);
    return {
      poster: new RewardsPoster(config, dataSource, chains, logs, states, cursors, ledger, finder),
      rewards: new RewardsService(dataSource, chains, farms, states, cursors, ledger, finder),
    };
  }
}

async function postedBlocks(
  manager: EntityManager,
  schema: 'public' | 'rebuild',
): Promise<ReadonlyMap<ChainId, number>> {
  const rows = await queryRows<{ readonly chainId: ChainId; readonly block: number }>(
    manager,
    `SELECT chain_id AS "chainId", posted_block AS block FROM ${schema}.posting_cursor
     WHERE posted_timestamp > 0 ORDER BY chain_id`,
  );
  return new Map(rows.map(({ chainId, block }) => [chainId, block]));
}
