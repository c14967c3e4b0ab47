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
import { FarmStateStore, type TipMarks } from './storage/farm-state-store.js';

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

/**
 * What everybody who reads a chain at one place shares: its farms with the events above the posted
 * block on top, and the positions which those events touch.
 */
interface Tip {
  readonly marks: TipMarks;
  readonly asOf: AsOf;
  readonly book: FarmBook;
}

/**
 * Reads the stored final states and folds the logs that came after them on top, in memory. The fold
 * is kept until the chain moves, because it is the same for every user.
 */
@Injectable()
export class FarmBookReader {
  private readonly tips = new Map<string, Tip>();
  /** Loads under way, so that readers who arrive together load once. */
  private readonly loading = new Map<string, Promise<Tip | undefined>>();

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
      const stored = await this.states.positionsAt({ ...query, chainId: chain.chainId });
      if (stored === undefined) return undefined;
      const tip = await this.tipAt(chain, query.view, stored.marks);
      // States of another block than the shared ones do not fit them.
      if (tip === undefined || !isSame(tip.marks, stored.marks)) continue;
      return { book: overlaid(tip.book, stored.positions, query), ...tip.asOf };
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

  /** The shared part as of `marks`, or of later ones when the chain has moved meanwhile. */
  private async tipAt(
    chain: ChainClient,
    view: ViewKind,
    marks: TipMarks,
  ): Promise<Tip | undefined> {
    const key = `${chain.chainId}:${view}`;
    const known = this.tips.get(key);
    if (known !== undefined && isSame(known.marks, marks)) return known;
    const running = this.loading.get(key);
    if (running !== undefined) return running;
    const load = this.loadTip(chain, view).finally(() => this.loading.delete(key));
    this.loading.set(key, load);
    const tip = await load;
    if (tip !== undefined) this.tips.set(key, tip);
    return tip;
  }

  /** Undefined when the chain moved on while it was read. */
  private async loadTip(chain: ChainClient, view: ViewKind): Promise<Tip | undefined> {
    const { chainId } = chain;
    const before = await this.logs.cursor(chainId);
    if (before === undefined) return undefined;
    const events = await this.tailOf(chain, before, view);
    const { book, postedBlock } = await this.fold(chain, events);
    const after = await this.logs.cursor(chainId);
    if (after === undefined) return undefined;
    const { cursorHash, finalizedBlock } = before;
    // Only logs of one fork continue each other, and states must not be ahead of the logs.
    if (after.cursorHash !== cursorHash || after.finalizedBlock !== finalizedBlock) {
      return undefined;
    }
    return {
      marks: { cursorHash, finalizedBlock, postedBlock },
      asOf: asOf(before, view),
      book,
    };
  }

  private async fold(
    chain: ChainClient,
    events: readonly FarmEvent[],
  ): Promise<{ readonly book: FarmBook; readonly postedBlock: number | null }> {
    const { chainId } = chain;
    const touched = new Set(events.flatMap((event) => ('user' in event ? [event.user] : [])));
    const stored = await this.dataSource.transaction('REPEATABLE READ', async (manager) => {
      const posted = await this.states.cursor(chainId, manager);
      const farms = await this.states.farms(chainId, manager);
      const users = [...touched];
      const positions = await this.states.positions({ chainId, users }, manager);
      const tokens = await this.states.tokens(chainId, manager);
      return { posted, farms, positions, tokens };
    });
    const { posted, ...states } = stored;
    const wiring = chain.deployment.contracts;
    const book = bookOf({ wiring, seq: posted?.farmsSeq ?? 0, ...states });
    // The poster may have moved on since the tail was read: what it stored is not applied twice.
    for (const event of events) if (event.seq > book.seq) applyFarmEvent(book, event);
    return { book, postedBlock: posted?.postedBlock ?? null };
  }
}

/** The shared book with the stored positions that are wanted, those touched since as they are now. */
function overlaid(tip: FarmBook, stored: readonly PositionState[], query: BookQuery): FarmBook {
  const book: FarmBook = { ...tip, farms: new Map(tip.farms), positions: new Map() };
  for (const position of stored) {
    book.positions.set(positionKey(position.user, position.farmId), position);
  }
  for (const [key, position] of tip.positions) {
    const isWanted =
      (query.user === undefined || position.user === query.user) &&
      (query.farmId === undefined || position.farmId === query.farmId);
    if (isWanted) book.positions.set(key, position);
  }
  return book;
}

function isSame(a: TipMarks, b: TipMarks): boolean {
  return (
    a.cursorHash === b.cursorHash &&
    a.finalizedBlock === b.finalizedBlock &&
    a.postedBlock === b.postedBlock
  );
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
