import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ChainRegistry } from '#chain';
import {
  type FarmBook,
  FarmsService,
  type FarmState,
  FarmStateStore,
  type PositionState,
  type PositionView,
  type TokenBook,
  type ViewKind,
} from '#farms';
import { type Address, assert, type ChainId, DomainError, type Hex } from '#kernel';
import {
  type JournalView,
  type LedgerDigest,
  LedgerService,
  sha256Of,
  type UptoBlocks,
} from '#ledger';
import { BoundaryFinder } from './boundary-finder.js';
import { type AccrualBoundary, PostingCursorStore } from './storage/posting-cursor-store.js';

/** A user's rewards from one farm, in wei. */
export interface RewardView extends PositionView {
  /** Earned and claimed together. */
  readonly total: bigint;
  /** What the journals gave so far: the total as of the last boundary or claim. */
  readonly posted: bigint;
}

/** How far the ledger of a chain reaches. */
export interface PostingStatus {
  readonly chainId: ChainId;
  readonly chainKey: string;
  /** Null before the first block was posted. */
  readonly postedBlock: number | null;
  readonly postedTimestamp: number | null;
  readonly lastBoundary: AccrualBoundary | null;
}

/** States of farms and positions of a chain as of a block. */
export interface StatesDigest {
  readonly chainId: ChainId;
  readonly block: number;
  readonly farms: number;
  readonly positions: number;
  readonly digest: Hex;
}

/** Equal for all databases that were built from the same chains up to the same blocks. */
export interface RewardsDigest {
  readonly digest: Hex;
  readonly ledger: LedgerDigest;
  readonly states: readonly StatesDigest[];
}

/** The digest of a block was asked for that is not posted yet. */
export class NotPostedYet extends DomainError {
  readonly code = 'rewards.not-posted-yet';
}

/** Postings of one user on one chain; far more than anybody has. */
const MOVEMENTS_MAX = 1_000_000;

/** A block was asked about that is not posted, or is before the contracts. */
export class BlockUnknown extends DomainError {
  readonly code = 'block.unknown';
}

/** What users earned and were paid, and what the ledger says about it. */
@Injectable()
export class RewardsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly chains: ChainRegistry,
    private readonly farms: FarmsService,
    private readonly states: FarmStateStore,
    private readonly cursors: PostingCursorStore,
    private readonly ledger: LedgerService,
    private readonly finder: BoundaryFinder,
  ) {}

  /** Rewards of a user over all chains and farms. */
  async of(user: Address, view: ViewKind = 'provisional'): Promise<readonly RewardView[]> {
    const posted = new Map<string, bigint>();
    for (const { chainId, farmId, wei } of await this.states.postedOf(user)) {
      posted.set(`${chainId}:${farmId}`, wei);
    }
    const positions = await this.farms.positions({ user, view });
    return positions.map((position) => ({
      ...position,
      total: position.earned + position.claimed,
      posted: posted.get(`${position.chainId}:${position.farmId}`) ?? 0n,
    }));
  }

  /**
   * Rewards of a user on one chain at the end of any posted block, as the contract would have said
   * there; `posted` is what the journals up to that block gave.
   *
   * @throws {BlockUnknown} for a block above the posted one, or before the contracts.
   * @throws {RetryableError} when no node shows the block.
   */
  async at(options: {
    readonly user: Address;
    readonly chainId: ChainId;
    readonly block: number;
  }): Promise<readonly RewardView[]> {
    const { user, chainId, block } = options;
    const chain = this.chains.byId(chainId);
    const { startBlock } = chain.deployment;
    const posted = (await this.states.cursor(chainId))?.postedBlock ?? -1;
    if (block > posted || block < startBlock) {
      const range = posted < startBlock ? 'nothing' : `blocks ${startBlock} to ${posted}`;
      throw new BlockUnknown(`of chain ${chain.key} ${range} can be asked for, not ${block}`);
    }
    const header = await this.finder.block(chain, block);
    const positions = await this.farms.positionsAt({ user, chainId, at: header });
    const accounts = { chainId, user, guids: [] };
    const range = { afterBlock: -1, toBlock: block, limit: MOVEMENTS_MAX };
    const movements = await this.ledger.userMovements(this.dataSource.manager, accounts, range);
    assert(movements.length < MOVEMENTS_MAX, `${user} has too many postings on ${chain.key}`);
    const given = new Map<string, bigint>();
    for (const { kind, owner, amount } of movements) {
      const isGiven = kind === 'reward' && amount > 0n;
      if (isGiven) given.set(owner, (given.get(owner) ?? 0n) + amount);
    }
    return positions.map((position) => ({
      ...position,
      total: position.earned + position.claimed,
      posted: given.get(`${user}:${position.farmId}`) ?? 0n,
    }));
  }

  /** Journals that touch accounts of a user, newest first. */
  async statement(page: {
    readonly user: Address;
    readonly limit: number;
    readonly before?: number | undefined;
  }): Promise<readonly JournalView[]> {
    const { user: owner, limit, before } = page;
    return this.ledger.journalsOf({ owner, limit, before });
  }

  /** One entry for each chain of the deployment. */
  async status(): Promise<readonly PostingStatus[]> {
    return Promise.all(
      this.chains.all().map(async ({ chainId, key: chainKey }) => {
        const cursor = await this.states.cursor(chainId);
        const [lastBoundary = null] = await this.cursors.boundaries({ chainId, limit: 1 });
        const { postedBlock = null, postedTimestamp = null } = cursor ?? {};
        return { chainId, chainKey, postedBlock, postedTimestamp, lastBoundary };
      }),
    );
  }

  /**
   * Digest of all final rows up to the given blocks, by default up to each chain's posted block.
   *
   * @throws {NotPostedYet} when a chain is not posted that far.
   */
  async digest(uptoBlocks: UptoBlocks = {}): Promise<RewardsDigest> {
    const states: StatesDigest[] = [];
    for (const { chainId } of this.chains.all()) {
      const digest = await this.digestStates(chainId, uptoBlocks[chainId]);
      if (digest !== undefined) states.push(digest);
    }
    const blocks = Object.fromEntries(states.map(({ chainId, block }) => [chainId, block]));
    const ledger = await this.ledger.digest(blocks);
    const lines = states.map(({ chainId, block, digest }) => `${chainId}:${block}:${digest}`);
    return { digest: sha256Of([ledger.digest, ...lines].join('\n')), ledger, states };
  }

  /** Stored rows when they are of that very block; else the fold of the logs, which is the same. */
  private async digestStates(
    chainId: ChainId,
    uptoBlock: number | undefined,
  ): Promise<StatesDigest | undefined> {
    const rows = await this.dataSource.transaction('REPEATABLE READ', async (manager) => ({
      cursor: await this.states.cursor(chainId, manager),
      farms: await this.states.farms(chainId, manager),
      positions: await this.states.positions({ chainId }, manager),
      tokens: await this.states.tokens(chainId, manager),
    }));
    const posted = rows.cursor?.postedBlock;
    if (posted === undefined) {
      if (uptoBlock === undefined) return undefined;
      throw new NotPostedYet(`chain ${chainId} is not posted`);
    }
    const block = uptoBlock ?? posted;
    if (block > posted) {
      throw new NotPostedYet(`chain ${chainId} is posted up to ${posted}, not to ${block}`);
    }
    const { farms, positions, tokens } =
      block === posted ? rows : statesOf(await this.farms.replay(chainId, block));
    const lines = [
      ...farms.flatMap(linesOfFarm),
      ...positions.map(lineOfPosition),
      ...tokens.map(lineOfToken),
    ];
    return {
      chainId,
      block,
      farms: farms.length,
      positions: positions.length,
      digest: sha256Of(lines.toSorted().join('\n')),
    };
  }
}

function statesOf(book: FarmBook): {
  readonly farms: readonly FarmState[];
  readonly positions: readonly PositionState[];
  readonly tokens: readonly TokenBook[];
} {
  const { farms, positions, tokens } = book;
  return {
    farms: [...farms.values()],
    positions: [...positions.values()],
    tokens: [...tokens.values()],
  };
}

function linesOfFarm(farm: FarmState): readonly string[] {
  const { farmId, stakeToken, scaleBits, hasTerms, status, totalWeight, principal } = farm;
  const fixed = [farmId, stakeToken, scaleBits, hasTerms, status, totalWeight, principal];
  const tiers = farm.tiers.flatMap(({ term, boostBps, feeBps }) => [term, boostBps, feeBps]);
  const steps = farm.steps.flatMap(({ minTenure, bonusBps }) => [minTenure, bonusBps]);
  const streams = farm.streams.map((stream, index) => {
    const { token, funder, maxRate, acc, residueX, remaining, idle } = stream;
    const { lastAt, endAt, funded, dustX } = stream;
    const words = [token, funder, maxRate, acc, residueX, remaining, idle];
    return `stream ${[farmId, index, ...words, lastAt, endAt, funded, dustX].join(' ')}`;
  });
  const terms = ['tiers', ...tiers, 'steps', ...steps];
  return [`farm ${[...fixed, ...terms].join(' ')}`, ...streams];
}

function lineOfPosition(position: PositionState): string {
  const { farmId, user, principal, weight, lock, words, claimed } = position;
  const { lockEnd, tier, tierBoostBps, feeBps } = lock;
  const agreed = [lockEnd, tier, tierBoostBps, feeBps];
  const streams = [`words ${words.join(' ')}`, `claimed ${claimed.join(' ')}`];
  return `position ${[farmId, user, principal, weight, ...agreed, ...streams].join(' ')}`;
}

function lineOfToken(books: TokenBook): string {
  const { token, funded, settled, dustX, treasuryDue } = books;
  return `token ${[token, funded, settled, dustX, treasuryDue].join(' ')}`;
}
