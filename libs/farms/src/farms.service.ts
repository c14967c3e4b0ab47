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
