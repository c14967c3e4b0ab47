import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type ChainClient, ChainRegistry } from '#chain';
import { FarmStateStore } from '#farms';
import { LogStore } from '#indexer';
import { type Address, DomainError, type Hex } from '#kernel';
import { LedgerService } from '#ledger';
import { type StatedChain, stateChain, type UserStatement } from './domain/user-statement.js';
import { packetsOf } from './packet-owners.js';
import { BlockUnknown } from './rewards.service.js';
import { PostingCursorStore } from './storage/posting-cursor-store.js';

/** Postings of one statement on one chain; a longer period is asked for in parts. */
const LINES_MAX = 50_000;

/** Which blocks a statement is about; everything that is posted when nothing narrows it. */
export interface StatementPeriod {
  /** First epoch; balances open at the end of the one before. */
  readonly fromEpoch?: number | undefined;
  /** Last epoch; balances close at its end. */
  readonly toEpoch?: number | undefined;
  /** Blocks, by chain id, at whose end balances open; stronger than `fromEpoch`. */
  readonly fromBlocks?: Readonly<Record<number, number>> | undefined;
  /** Blocks, by chain id, at whose end balances close; stronger than `toEpoch`. */
  readonly toBlocks?: Readonly<Record<number, number>> | undefined;
}

/** The period ends before it begins, or has more movements than one statement takes. */
export class BadPeriod extends DomainError {
  readonly code = 'statement.period';
}

/** States what moved on the accounts of a user. */
@Injectable()
export class UserStatements {
  constructor(
    private readonly dataSource: DataSource,
    private readonly chains: ChainRegistry,
    private readonly logs: LogStore,
    private readonly states: FarmStateStore,
    private readonly cursors: PostingCursorStore,
    private readonly ledger: LedgerService,
  ) {}

  /**
   * Opening, movements and closing of every account of a user on all chains, as of final blocks.
   *
   * What accrued since the last end of an epoch is in no journal yet: at the end of an epoch a
   * statement is complete, at any other block the rewards of that block say what came on top.
   *
   * @throws {BlockUnknown} when a chain is not posted as far as the period goes.
   * @throws {BadPeriod} when the period is empty or too long.
   * @throws {InvariantViolation} when an account does not add up.
   */
  async of(user: Address, period: StatementPeriod = {}): Promise<UserStatement> {
    const known = await this.logs.bySubject(`user:${user}`);
    return this.dataSource.transaction('REPEATABLE READ', async (manager) => {
      const parts = [];
      for (const chain of this.chains.all()) {
        const blocks = await this.blocksOf(manager, chain, period);
        const { bridge } = chain.deployment.contracts;
        const ofBridges = known.filter(({ address, isFinal }) => isFinal && address === bridge);
        parts.push({ chain, blocks, packets: packetsOf(user, ofBridges) });
      }
      const guids = [...new Set(parts.flatMap(({ packets }) => packets))];
      const chains = parts.map(({ blocks }) => blocks);
      const stated = [];
      for (const blocks of chains)
        stated.push(await this.ofChain(manager, user, { blocks, guids }));
      return {
        user,
        chains,
        accounts: stated.flatMap(({ accounts }) => accounts),
        lines: stated.flatMap(({ lines }) => lines),
      };
    });
  }

  private async ofChain(
    manager: EntityManager,
    user: Address,
    { blocks, guids }: { readonly blocks: StatedChain; readonly guids: readonly Hex[] },
  ): Promise<Pick<UserStatement, 'accounts' | 'lines'>> {
    const { chainId, chainKey, openingBlock, closingBlock } = blocks;
    if (closingBlock === null) return { accounts: [], lines: [] };
    const accounts = { chainId, user, guids };
    const afterBlock = openingBlock ?? -1;
    const range = { afterBlock, toBlock: closingBlock, limit: LINES_MAX + 1 };
    const movements = await this.ledger.userMovements(manager, accounts, range);
    if (movements.length > LINES_MAX) {
      throw new BadPeriod(
        `more than ${LINES_MAX} movements on ${chainKey}; ask for a shorter period`,
      );
    }
    const opening = await this.ledger.userSumsAt(manager, accounts, afterBlock);
    const closing = await this.ledger.userSumsAt(manager, accounts, closingBlock);
    return stateChain({ chain: blocks, opening, closing, movements });
  }

  private async blocksOf(
    manager: EntityManager,
    { chainId, key: chainKey }: ChainClient,
    period: StatementPeriod,
  ): Promise<StatedChain> {
    const { fromEpoch = 1, toEpoch, fromBlocks, toBlocks } = period;
    const cursor = await this.states.cursor(chainId, manager);
    const posted = cursor === undefined || cursor.postedBlock < 0 ? null : cursor.postedBlock;
    const endOf = async (epoch: number): Promise<number | null> => {
      if (epoch < 1) return null;
      if (epoch >= (cursor?.nextEpoch ?? 1)) {
        throw new BlockUnknown(`chain ${chainKey} is not posted to the end of epoch ${epoch}`);
      }
      return (await this.cursors.boundaryOf({ chainId, epoch }, manager))?.block ?? null;
    };
    const openingBlock = fromBlocks?.[chainId] ?? (await endOf(fromEpoch - 1));
    const lastOf = toEpoch === undefined ? posted : await endOf(toEpoch);
    const closingBlock = toBlocks?.[chainId] ?? lastOf;
    for (const block of [openingBlock, closingBlock]) {
      if (block === null || block <= (posted ?? -1)) continue;
      throw new BlockUnknown(
        `chain ${chainKey} is posted up to ${posted ?? 'nothing'}, not ${block}`,
      );
    }
    if ((openingBlock ?? -1) > (closingBlock ?? openingBlock ?? -1)) {
      throw new BadPeriod(`the period of ${chainKey} ends at ${closingBlock}, before it begins`);
    }
    return { chainId, chainKey, openingBlock, closingBlock };
  }
}
