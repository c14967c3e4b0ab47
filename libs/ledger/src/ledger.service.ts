import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { assert, type ChainId } from '#kernel';
import { type EpochStatement } from './domain/epoch-root.js';
import { type JournalDraft } from './domain/journal.js';
import {
  digestLedger,
  type LedgerDigest,
  type UptoBlocks,
  verifyLedger,
  type VerifyResult,
} from './ledger-audit.js';
import {
  type AccountTotal,
  type BalanceFilter,
  type BalanceView,
  readBalances,
  readTrialBalance,
  sumPostings,
  totalPostings,
  type TrialBalanceLine,
} from './storage/balance-reader.js';
import {
  type AccountFunds,
  readFunds,
  readHeadAt,
  readUserFunds,
  type UserFunds,
} from './storage/funds-reader.js';
import {
  journalsOfChain,
  type JournalView,
  newestJournals,
  journalsOfOwner,
} from './storage/journal-reader.js';
import {
  type KindSum,
  type MovementRow,
  readKindSums,
  readMovements,
  type UserAccounts,
} from './storage/movement-reader.js';
import { type PostResult, writeJournals } from './storage/journal-writer.js';
import { addStatement, newestStatement, type StoredStatement } from './storage/statement-store.js';

const JOURNALS_MAX = 1_000;

/**
 * The double-entry ledger. It knows no chain and no contract: journals arrive as drafts, each with
 * the key of the one fact it books.
 *
 * Reads take an optional `manager` so that a caller can see several of them in one snapshot.
 */
@Injectable()
export class LedgerService {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Books drafts in their order, chain by chain, inside the caller's transaction: the journals
   * exist exactly when the caller's own rows do. A draft whose key is known changes nothing.
   *
   * @throws {JournalConflict} when a known key comes with other content.
   * @throws {InvariantViolation} for an unbalanced or malformed draft.
   */
  async post(manager: EntityManager, drafts: readonly JournalDraft[]): Promise<PostResult> {
    const chainIds = new Set(drafts.map(({ chainId }) => chainId));
    let [posted, repeated] = [0, 0];
    for (const chainId of [...chainIds].toSorted((a, b) => a - b)) {
      const ofChain = drafts.filter((draft) => draft.chainId === chainId);
      const result = await writeJournals(manager, chainId, ofChain);
      posted += result.posted;
      repeated += result.repeated;
    }
    return { posted, repeated };
  }

  /** Current balances; `owner` matches `owner` and every `owner:farm`. */
  async balances(
    filter: BalanceFilter = {},
    manager: EntityManager = this.dataSource.manager,
  ): Promise<readonly BalanceView[]> {
    return readBalances(manager, filter);
  }

  /** Sums of one kind of account over the journals up to and including a block. */
  async sumsAt(
    options: {
      readonly chainId: ChainId;
      readonly kind: BalanceView['kind'];
      readonly uptoBlock: number;
      /** Journals of this kind only. */
      readonly journalKind?: string | undefined;
      /** Accounts of exactly these owners only. */
      readonly owners?: readonly string[] | undefined;
    },
    manager: EntityManager = this.dataSource.manager,
  ): Promise<readonly BalanceView[]> {
    return sumPostings(manager, options);
  }

  /** Sums over all accounts of a kind and asset, over the journals up to and including a block. */
  async totalsAt(
    options: { readonly chainId: ChainId; readonly uptoBlock: number },
    manager: EntityManager = this.dataSource.manager,
  ): Promise<readonly AccountTotal[]> {
    return totalPostings(manager, options);
  }

  /** Newest first. `before` is the id of the last journal already seen. */
  async journals(
    page: {
      readonly limit: number;
      readonly before?: number | undefined;
      readonly owner?: string | undefined;
      readonly accountId?: number | undefined;
      readonly uptoBlock?: number | undefined;
    },
    manager: EntityManager = this.dataSource.manager,
  ): Promise<readonly JournalView[]> {
    assert(page.limit > 0 && page.limit <= JOURNALS_MAX, `limit must be 1 to ${JOURNALS_MAX}`);
    return newestJournals(manager, page);
  }

  /** Journals of one chain up to a block in their own order, after a place in it. */
  async journalsAfter(page: {
    readonly chainId: ChainId;
    readonly afterSeq: number;
    readonly uptoBlock: number;
    readonly limit: number;
  }): Promise<readonly JournalView[]> {
    return journalsOfChain(this.dataSource.manager, page);
  }

  /** Journals that touch accounts of an owner, newest first, like `journals`. */
  async journalsOf(page: {
    readonly owner: string;
    readonly limit: number;
    readonly before?: number | undefined;
  }): Promise<readonly JournalView[]> {
    assert(page.limit > 0 && page.limit <= JOURNALS_MAX, `limit must be 1 to ${JOURNALS_MAX}`);
    return journalsOfOwner(this.dataSource, page);
  }

  /** Recounted from postings: one line for each chain and asset, `difference` 0 when sound. */
  async trialBalance(
    manager: EntityManager = this.dataSource.manager,
  ): Promise<readonly TrialBalanceLine[]> {
    return readTrialBalance(manager);
  }

  /** Accounts of some kinds that held anything at the end of a block, by asset, kind and owner. */
  async fundsAt(
    manager: EntityManager,
    options: Parameters<typeof readFunds>[1],
  ): Promise<readonly AccountFunds[]> {
    return readFunds(manager, options);
  }

  /** Users with principal or rewards in farms at the end of a block, by asset and user, in pages. */
  usersAt(
    manager: EntityManager,
    options: Parameters<typeof readUserFunds>[1],
  ): AsyncIterable<UserFunds> {
    return readUserFunds(manager, options);
  }

  /** What the accounts of a user held at the end of a block, by asset and kind. */
  async userSumsAt(
    manager: EntityManager,
    accounts: UserAccounts,
    block: number,
  ): Promise<readonly KindSum[]> {
    return readKindSums(manager, accounts, block);
  }

  /** What moved on the accounts of a user, by asset, kind and the order of the journals. */
  async userMovements(
    manager: EntityManager,
    accounts: UserAccounts,
    range: Parameters<typeof readMovements>[2],
  ): Promise<readonly MovementRow[]> {
    return readMovements(manager, accounts, range);
  }

  /** Place and hash of the last journal of a chain up to a block. */
  async headAt(
    manager: EntityManager,
    options: Parameters<typeof readHeadAt>[1],
  ): ReturnType<typeof readHeadAt> {
    return readHeadAt(manager, options);
  }

  /** Keeps what the books say at the end of an epoch; false when that is kept already. */
  async addStatement(manager: EntityManager, statement: EpochStatement): Promise<boolean> {
    return addStatement(manager, statement);
  }

  /** The newest statement of all, or of an epoch up to `upto`. */
  async newestStatement(
    upto?: number,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<StoredStatement | undefined> {
    return newestStatement(manager, upto);
  }

  /**
   * Recounts everything and names the first journal, posting or balance that is wrong.
   *
   * @param anchors What was committed to outside of this database. Without them a ledger whose
   * hashes were all computed again is sound.
   */
  async verify(anchors: readonly EpochStatement[] = []): Promise<VerifyResult> {
    return this.inSnapshot((manager) => verifyLedger(manager, anchors));
  }

  /** Digest of the journals up to the given blocks, equal for every rebuild from the same chains. */
  async digest(uptoBlocks: UptoBlocks = {}): Promise<LedgerDigest> {
    return this.inSnapshot((manager) => digestLedger(manager, uptoBlocks));
  }

  private async inSnapshot<Result>(
    read: (manager: EntityManager) => Promise<Result>,
  ): Promise<Result> {
    return this.dataSource.transaction('REPEATABLE READ', async (manager) => {
      await manager.query('SET TRANSACTION READ ONLY');
      return read(manager);
    });
  }
}
