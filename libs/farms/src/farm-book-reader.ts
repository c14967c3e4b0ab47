import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { ChainClient, ChainLog } from '#chain';
import { type ChainCursor, LogStore } from '#indexer';
import { type Address, type FarmId, RetryableError } from '#kernel';
import { decodeFarmEvent } from './decode-farm-event.js';
import { type FarmState, type PositionState } from './domain/accumulator.js';
import { applyFarmEvent } from './domain/apply-farm-event.js';
import {
  emptyBook,
  type FarmBook,
  type FarmsWiring,
  positionKey,
  type TokenBook,
} from './domain/farm-book.js';
import { type FarmEvent } from './domain/farm-event.js';
import { type AsOf, type ViewKind } from './domain/views.js';
import { FarmStateStore } from './storage/farm-state-store.js';

/** Reads of a chain that moved on in between are thrown away this often at most. */
const ATTEMPTS_MAX = 5;

export interface BookQuery {
  readonly view: ViewKind;
  /** Positions of this user only. */
  readonly user?: Address | undefined;
  /** Positions in this farm only; all farms are there in any case. */
  readonly farmId?: FarmId | undefined;
}

/** Farms and positions of a chain at one block. */
export interface BookAt extends AsOf {
  readonly book: FarmBook;
}

/** Puts states together into a book. */
export function bookOf(options: {
  readonly wiring: FarmsWiring;
  readonly seq: number;
  readonly farms: readonly FarmState[];
  readonly positions: readonly PositionState[];
  readonly tokens: readonly TokenBook[];
}): FarmBook {
  const book = emptyBook(options.wiring);
  book.seq = options.seq;
  for (const books of options.tokens) book.tokens.set(books.token, books);
  for (const farm of options.farms) book.farms.set(farm.farmId, farm);
  for (const position of options.positions) {
    book.positions.set(positionKey(position.user, position.farmId), position);
  }
  return book;
}

/** The events among the logs of a farms contract. */
export function farmEventsOf(logs: readonly ChainLog[]): readonly FarmEvent[] {
  return logs.map(decodeFarmEvent).filter((event) => event !== undefined);
}

/** Reads the stored final states and folds the logs that came after them on top, in memory. */
@Injectable()
export class FarmBookReader {
  constructor(
    private readonly dataSource: DataSource,
    private readonly logs: LogStore,
    private readonly states: FarmStateStore,
  ) {}

  /**
   * The book at the newest final or indexed block; undefined before the chain was first indexed.
   *
   * @throws {RetryableError} when the chain moved on under every attempt to read it.
   */
  async read(chain: ChainClient, query: BookQuery): Promise<BookAt | undefined> {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      const before = await this.logs.cursor(chain.chainId);
      if (before === undefined) return undefined;
      const events = await this.tailOf(chain, before, query.view);
      const book = await this.fold(chain, query, events);
      const after = await this.logs.cursor(chain.chainId);
      // Only logs of one fork continue each other, and states must not be ahead of the logs.
      if (after === undefined || !isSame(before, after)) continue;
      return { book, ...asOf(before, query.view) };
    }
    throw new RetryableError(`chain ${chain.key} moves faster than it can be read`);
  }

  /** The book at any final block, folded from the first log on. */
  async replay(chain: ChainClient, toBlock: number): Promise<FarmBook> {
    const { chainId } = chain;
    const addresses = [chain.deployment.contracts.farms];
    const logs = await this.logs.finalRange({ chainId, afterBlock: -1, toBlock, addresses });
    const book = emptyBook(chain.deployment.contracts);
    for (const event of farmEventsOf(logs)) applyFarmEvent(book, event);
    return book;
  }

  /** Events above the posted block, each with its place in the numbering of the contract. */
  private async tailOf(
    chain: ChainClient,
    cursor: ChainCursor,
    view: ViewKind,
  ): Promise<readonly FarmEvent[]> {
    const { chainId } = chain;
    const { farms } = chain.deployment.contracts;
    const posted = await this.states.cursor(chainId);
    const final = await this.logs.finalRange({
      chainId,
      afterBlock: posted?.postedBlock ?? -1,
      toBlock: cursor.finalizedBlock,
      addresses: [farms],
    });
    if (view === 'final') return farmEventsOf(final);
    const provisional = await this.logs.provisional(chainId);
    return farmEventsOf([...final, ...provisional.filter(({ address }) => address === farms)]);
  }

  private async fold(
    chain: ChainClient,
    query: BookQuery,
    events: readonly FarmEvent[],
  ): Promise<FarmBook> {
    const { chainId } = chain;
    const { user, farmId } = query;
    const book = await this.dataSource.transaction('REPEATABLE READ', async (manager) => {
      const posted = await this.states.cursor(chainId, manager);
      const touched = events.flatMap((event) => ('user' in event ? [event.user] : []));
      const users = user === undefined ? undefined : [...new Set([user, ...touched])];
      const farms = await this.states.farms(chainId, manager);
      const positions = await this.states.positions({ chainId, users }, manager);
      const tokens = await this.states.tokens(chainId, manager);
      const wiring = chain.deployment.contracts;
      return bookOf({ wiring, seq: posted?.farmsSeq ?? 0, farms, positions, tokens });
    });
    // The poster may have moved on since the tail was read: what it stored is not applied twice.
    for (const event of events) if (event.seq > book.seq) applyFarmEvent(book, event);
    for (const [key, position] of book.positions) {
      const isWanted =
        (user === undefined || position.user === user) &&
        (farmId === undefined || position.farmId === farmId);
      if (!isWanted) book.positions.delete(key);
    }
    return book;
  }
}

function isSame(a: ChainCursor, b: ChainCursor): boolean {
  return a.cursorHash === b.cursorHash && a.finalizedBlock === b.finalizedBlock;
}

function asOf(cursor: ChainCursor, view: ViewKind): AsOf {
  const { cursorBlock, cursorTimestamp, finalizedBlock, finalizedTimestamp } = cursor;
  const isTip = view === 'provisional' || cursorBlock < finalizedBlock;
  return {
    asOfBlock: isTip ? cursorBlock : finalizedBlock,
    asOfTimestamp: isTip ? cursorTimestamp : finalizedTimestamp,
    isFinal: view === 'final',
  };
}
