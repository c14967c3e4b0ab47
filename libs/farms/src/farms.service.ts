import { Injectable } from '@nestjs/common';
import { type ChainClient, ChainRegistry } from '#chain';
import { type Address, type ChainId, type FarmId } from '#kernel';
import { type FarmBook, farmIn } from './domain/farm-book.js';
import {
  type FarmView,
  type PositionView,
  viewFarm,
  type ViewKind,
  viewPosition,
} from './domain/views.js';
import { type BookAt, FarmBookReader } from './farm-book-reader.js';

/** Farms and positions of all chains as chain events tell them. */
@Injectable()
export class FarmsService {
  constructor(
    private readonly chains: ChainRegistry,
    private readonly books: FarmBookReader,
  ) {}

  /** Every farm, in the order of the deployment's chains and of farm ids. */
  async farms(options: {
    readonly view: ViewKind;
    readonly chainId?: ChainId | undefined;
  }): Promise<readonly FarmView[]> {
    const perChain = await Promise.all(
      this.chainsOf(options.chainId).map(async (chain) => {
        // No farm needs a position: the zero address never stakes.
        const at = await this.books.read(chain, { view: options.view, user: NOBODY });
        return at === undefined ? [] : farmsOf(chain, at);
      }),
    );
    return perChain.flat();
  }

  /** Positions that were ever opened, closed ones included, by chain, farm and user. */
  async positions(options: {
    readonly view: ViewKind;
    readonly user?: Address | undefined;
    readonly chainId?: ChainId | undefined;
    readonly farmId?: FarmId | undefined;
  }): Promise<readonly PositionView[]> {
    const { chainId, ...query } = options;
    const perChain = await Promise.all(
      this.chainsOf(chainId).map(async (chain) => {
        const at = await this.books.read(chain, query);
        return at === undefined ? [] : positionsOf(chain, at);
      }),
    );
    return perChain.flat();
  }

  /**
   * Positions of a user on one chain at the end of any final block, recomputed from the first event
   * on.
   *
   * @param at The block and its time; the caller knows that it is final and indexed.
   */
  async positionsAt(options: {
    readonly user: Address;
    readonly chainId: ChainId;
    readonly at: { readonly number: number; readonly timestamp: number };
  }): Promise<readonly PositionView[]> {
    const { user, chainId, at } = options;
    const chain = this.chains.byId(chainId);
    const book = await this.books.replay(chain, at.number);
    for (const [key, position] of book.positions) {
      if (position.user !== user) book.positions.delete(key);
    }
    const asOf = { asOfBlock: at.number, asOfTimestamp: at.timestamp, isFinal: true };
    return positionsOf(chain, { book, ...asOf });
  }

  /** The farms of a chain at any final block, recomputed from its first event on. */
  async replay(chainId: ChainId, toBlock: number): Promise<FarmBook> {
    return this.books.replay(this.chains.byId(chainId), toBlock);
  }

  private chainsOf(chainId: ChainId | undefined): readonly ChainClient[] {
    return chainId === undefined ? this.chains.all() : [this.chains.byId(chainId)];
  }
}

const NOBODY: Address = `0x${'0'.repeat(40)}`;

function farmsOf(chain: ChainClient, { book, ...asOf }: BookAt): readonly FarmView[] {
  const place = { ...asOf, chainId: chain.chainId, chainKey: chain.key };
  const labels = new Map(chain.deployment.farms.map((farm) => [farm.farmId, farm]));
  return [...book.farms.values()]
    .toSorted((a, b) => a.farmId - b.farmId)
    .map((farm) => viewFarm(farm, labels.get(farm.farmId), place));
}

function positionsOf(chain: ChainClient, { book, ...asOf }: BookAt): readonly PositionView[] {
  const place = { ...asOf, chainId: chain.chainId, chainKey: chain.key };
  return [...book.positions.values()]
    .toSorted((a, b) => a.farmId - b.farmId || (a.user < b.user ? -1 : 1))
    .map((position) => viewPosition(farmIn(book, position.farmId), position, place));
}
