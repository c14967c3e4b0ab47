import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ChainRegistry } from '#chain';
import { inTransaction } from '#database';
import { FarmStateStore } from '#farms';
import { type Address, assert, defined, DomainError, RetryableError, toChainId } from '#kernel';
import {
  type ChainHead,
  epochRootOf,
  type EpochStatement,
  LedgerService,
  type Liability,
  type LiabilityClaim,
  type LiabilityProof,
  type LiabilityTotals,
  PROOF_FORMAT,
} from '#ledger';
import { HeldTokens } from './held-tokens.js';
import { LiabilityTrees, type OwedInAsset } from './liability-trees.js';
import { PostingCursorStore } from './storage/posting-cursor-store.js';

/** Epochs stated in one tick, so that a long history does not keep a lane. */
const EPOCHS_MAX = 20;
/** Chain seconds after a boundary for which what was held is asked for again when no node tells. */
const HELD_WAIT_SECONDS = 3_600;
const NO_ROOT = `0x${'0'.repeat(64)}` as const;

/** Nothing was stated of the epoch that was asked for. */
export class NoStatement extends DomainError {
  readonly code = 'ledger.no-statement';
}

/** States what the books say at the end of each epoch, and proves single users in it. */
@Injectable()
export class EpochStatements {
  constructor(
    private readonly dataSource: DataSource,
    private readonly chains: ChainRegistry,
    private readonly states: FarmStateStore,
    private readonly cursors: PostingCursorStore,
    private readonly ledger: LedgerService,
    private readonly trees: LiabilityTrees,
    private readonly held: HeldTokens,
  ) {}

  /**
   * States every epoch that is posted to its end on all chains and not stated yet, oldest first.
   *
   * What is stated follows from the chains alone, but for what the contracts held: that is left
   * open for a block so old that no node shows its state.
   *
   * @returns the epochs that were stated now.
   * @throws {RetryableError} when no node shows what was held at a block that is not old.
   */
  async tick(): Promise<readonly number[]> {
    const stated: number[] = [];
    const [first, last] = await this.openEpochs();
    for (let epoch = first; epoch <= last && stated.length < EPOCHS_MAX; epoch += 1) {
      const statement = await this.withHeld(await this.inSnapshot((db) => this.draft(db, epoch)));
      const isNew = await inTransaction(this.dataSource, (db) =>
        this.ledger.addStatement(db, statement),
      );
      if (isNew) stated.push(epoch);
    }
    return stated;
  }

  /**
   * What a user was owed at the end of an epoch, with its ways to the root of that epoch.
   *
   * @throws {NoStatement} when the epoch is not stated.
   * @throws {InvariantViolation} when the journals give other trees than were stated.
   */
  async prove(user: Address, epoch: number): Promise<LiabilityProof> {
    return this.inSnapshot(async (manager) => {
      const stored = await this.ledger.newestStatement(epoch, manager);
      if (stored?.statement.epoch !== epoch) {
        throw new NoStatement(`epoch ${epoch} is not stated`);
      }
      const { root, statement } = stored;
      const leaves: (Liability & { readonly chainId: number; readonly asset: Address })[] = [];
      const owed = await this.trees.build(manager, {
        heads: statement.heads,
        each: (chainId, asset, liability) => {
          if (liability.user === user) leaves.push({ ...liability, chainId, asset });
        },
      });
      assertSame(statement, owed);
      const claims = leaves.map(({ user: _user, ...leaf }): LiabilityClaim => {
        const { chainId, asset } = leaf;
        const found = owed.find((each) => each.chainId === chainId && each.asset === asset);
        return { ...leaf, ...defined(found?.tree?.prove(user), `leaf of ${user}`) };
      });
      return { format: PROOF_FORMAT, user, root, statement, claims };
    });
  }

  /** The first epoch to state and the last one that every chain is posted beyond; both inclusive. */
  private async openEpochs(): Promise<readonly [number, number]> {
    const nothing = [1, 0] as const;
    let [first, last] = [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
    for (const { chainId } of this.chains.all()) {
      const cursor = await this.states.cursor(chainId);
      if (cursor === undefined) return nothing;
      last = Math.min(last, cursor.nextEpoch - 1);
      first = Math.min(first, (await this.cursors.firstBoundary(chainId))?.epoch ?? first);
    }
    const newest = await this.ledger.newestStatement();
    return newest === undefined ? [first, last] : [newest.statement.epoch + 1, last];
  }

  /** Everything that follows from the journals. */
  private async draft(manager: EntityManager, epoch: number): Promise<EpochStatement> {
    const heads: ChainHead[] = [];
    for (const { chainId } of this.chains.all()) {
      const boundary = await this.cursors.boundaryOf({ chainId, epoch }, manager);
      // A chain that was not there yet has no journals either.
      if (boundary === undefined) continue;
      const { block, blockHash } = boundary;
      const last = await this.ledger.headAt(manager, { chainId, block });
      heads.push({ chainId, block, blockHash, ...last });
    }
    heads.sort((a, b) => a.chainId - b.chainId);
    const owed = await this.trees.build(manager, { heads });
    return { epoch, heads, totals: owed.map(totalsOf) };
  }

  private async withHeld(statement: EpochStatement): Promise<EpochStatement> {
    const totals: LiabilityTotals[] = [];
    for (const total of statement.totals) {
      totals.push({ ...total, held: await this.heldOf(statement, total) });
    }
    return { ...statement, totals };
  }

  private async heldOf(
    { heads }: EpochStatement,
    { chainId, asset }: LiabilityTotals,
  ): Promise<bigint | null> {
    const chain = this.chains.byId(toChainId(chainId));
    const head = heads.find((each) => each.chainId === chainId);
    const { block, blockHash } = defined(head, 'head');
    try {
      return await this.held.at(chain, asset, block);
    } catch (error) {
      if (!(error instanceof RetryableError)) throw error;
      const posted = await this.states.cursor(chain.chainId);
      const boundary = await this.cursors.boundaryByHash(chain.chainId, blockHash);
      const age = (posted?.postedTimestamp ?? 0) - (boundary?.timestamp ?? 0);
      if (age < HELD_WAIT_SECONDS) throw error;
      return null;
    }
  }

  private async inSnapshot<Result>(
    read: (manager: EntityManager) => Promise<Result>,
  ): Promise<Result> {
    return this.dataSource.transaction('REPEATABLE READ', read);
  }
}

function totalsOf({ chainId, asset, tree, inFlight, other }: OwedInAsset): LiabilityTotals {
  const { leafCount = 0, root = NO_ROOT, sum: owed = 0n } = tree ?? {};
  return { chainId, asset, leafCount, root, owed, inFlight, other, held: null };
}

function assertSame({ epoch, heads, totals }: EpochStatement, owed: readonly OwedInAsset[]): void {
  const known = totals.map((total) => ({ ...total, held: null }));
  const [stated, now] = [known, owed.map(totalsOf)].map((each) =>
    epochRootOf({ epoch, heads, totals: each }),
  );
  assert(stated === now, `the journals do not give what was stated of epoch ${epoch}`);
}
