import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type ChainClient, ChainRegistry } from '#chain';
import {
  farmEventsOf,
  FarmStateStore,
  type FarmState,
  type PostingCursor,
  type StoredPosition,
  type TokenBook,
} from '#farms';
import { LogStore } from '#indexer';
import { type ChainId, defined, type Hex, RetryableError, sumOf } from '#kernel';
import { LedgerService, type TrialBalanceLine, type VerifyResult } from '#ledger';
import { Log } from '#observability';
import { type AccrualBoundary, PostingCursorStore, readTransferFact } from '#rewards';
import { type BoundarySums, compareBoundary } from './domain/compare-rows.js';
import {
  chainSupply,
  type ChainSupply,
  compareSupply,
  type SupplyReport,
} from './domain/compare-supply.js';
import { absolute, type Difference, type Finding } from './domain/difference.js';
import { type KnownFacts, knownFacts } from './domain/known-facts.js';
import {
  type NotCompared,
  notCompared,
  outcomeOf,
  type ReconcileOutcome,
} from './domain/outcome.js';
import { compareStates } from './compare-stored.js';
import { compareViews } from './compare-views.js';
import { PinnedChain } from './pinned-chain.js';
import { ProjectionReader, type Projections } from './projection-reader.js';
import { type ReconcileRun, ReconcileRunStore } from './storage/reconcile-run-store.js';

/** Journals of an account that are looked through for the one the audit found wrong. */
const JOURNALS_MAX = 1_000;

/** One chain: posting sums at its last boundary block, states at its posted block. */
export interface ChainReconciliation {
  readonly chainId: ChainId;
  readonly chainKey: string;
  /** The boundary; null before the first, when there are only states to compare. */
  readonly block: number | null;
  readonly blockHash: Hex | null;
  /** Null before anything was posted. */
  readonly postedBlock: number | null;
  /** Positions whose rewards, payments and stake were compared at the boundary. */
  readonly comparedPairs: number;
  /** Farms and positions whose stored state was compared at the posted block. */
  readonly comparedStates: number;
  /** Final orders, decisions and journeys compared, of the newest 200 epochs and 200 journeys. */
  readonly comparedProjections: number;
  /** Sum of the differences of rewards, without sign; null when none were compared. */
  readonly driftWei: bigint | null;
  readonly differences: readonly Difference[];
  readonly supply: ChainSupply | null;
  /** What kept the chain from being compared in full; null when nothing did. */
  readonly notCompared: NotCompared | null;
}

/** Outcome of a reconciliation; `ok` only when all was compared and nothing at all differs. */
export interface ReconcileReport {
  readonly id: number;
  readonly ok: boolean;
  readonly outcome: ReconcileOutcome;
  readonly comparedPairs: number;
  readonly comparedProjections: number;
  /** Over the chains whose rewards were compared; null when there is none. */
  readonly driftWei: bigint | null;
  readonly chains: readonly ChainReconciliation[];
  /** Null unless the supply of every chain was read. */
  readonly supply: SupplyReport | null;
  readonly trialBalance: readonly TrialBalanceLine[];
  readonly ledgerVerified: boolean;
  readonly verification: VerifyResult;
}

interface Rows {
  readonly cursor: PostingCursor;
  readonly boundary: AccrualBoundary | undefined;
  readonly farms: readonly FarmState[];
  readonly positions: readonly StoredPosition[];
  readonly tokens: readonly TokenBook[];
  readonly sums: BoundarySums | undefined;
  readonly known: KnownFacts;
}

interface RunFacts {
  readonly projections: Projections;
  readonly verification: VerifyResult;
  /** Whether the first mint is wanted of this chain. */
  readonly isMintAsked: boolean;
}

interface Result {
  readonly reconciliation: ChainReconciliation;
  readonly firstMint: bigint | undefined;
}

/**
 * Compares the ledger with the chains. What is compared with a chain are rows of the database and
 * nothing computed for the occasion: the replica cannot vouch for itself.
 */
@Injectable()
export class ReconcileService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly chains: ChainRegistry,
    private readonly logs: LogStore,
    private readonly states: FarmStateStore,
    private readonly cursors: PostingCursorStore,
    private readonly ledger: LedgerService,
    private readonly runs: ReconcileRunStore,
    private readonly projections: ProjectionReader,
    private readonly log: Log,
  ) {}

  /**
   * Compares everything now and stores the outcome. Proposals are not among what is compared.
   *
   * A chain that cannot be read is named in the report, and the others are compared without it.
   *
   * @throws {RetryableError} when the index moves faster than it can be read; nothing is stored.
   */
  async run(): Promise<ReconcileReport> {
    const verification = await this.ledger.verify();
    const projections = await this.projections.read();
    const known = await this.runs.initialSupply();
    const results: Result[] = [];
    for (const chain of this.chains.all()) {
      const isMintAsked = known === undefined && chain.key === this.chains.hub().key;
      results.push(await this.reconcileChain(chain, { verification, projections, isMintAsked }));
    }
    const chains = results.map(({ reconciliation }) => reconciliation);
    const firstMint = results.find((result) => result.firstMint !== undefined)?.firstMint;
    const supply = this.compareSupplies(chains, known ?? firstMint);
    const trialBalance = await this.ledger.trialBalance();
    const comparedPairs = sumCounts(chains.map((chain) => chain.comparedPairs));
    const drifts = chains.map((chain) => chain.driftWei).filter((drift) => drift !== null);
    const driftWei = drifts.length === 0 ? null : sumOf(drifts);
    const isEqual =
      verification.ok &&
      supply?.ok !== false &&
      chains.every(({ differences }) => differences.length === 0) &&
      trialBalance.every(({ difference }) => difference === 0n);
    const outcome = outcomeOf({ isEqual, chains });
    const isOk = outcome === 'equal';
    const comparedProjections = sumCounts(chains.map((chain) => chain.comparedProjections));
    const counts = { comparedPairs, comparedProjections };
    const compared = { ...counts, driftWei, chains, supply, trialBalance };
    const verified = { ledgerVerified: verification.ok, verification };
    const report = { ok: isOk, outcome, ...compared, ...verified };
    const initialSupply = supply?.initial ?? null;
    const id = await this.runs.add({
      isOk,
      comparedPairs,
      driftWei,
      initialSupply,
      report,
    });
    return { id, ...report };
  }

  /** Stored runs, newest first. */
  async list(limit: number): Promise<readonly ReconcileRun[]> {
    return this.runs.newest(limit);
  }

  private async reconcileChain(chain: ChainClient, run: RunFacts): Promise<Result> {
    const { chainId, key: chainKey } = chain;
    const rows = await this.readRows(chain);
    const reasons = { chainKey, block: rows?.cursor.postedBlock ?? null };
    const detail = (await this.logs.cursor(chainId))?.haltedReason ?? undefined;
    const halted =
      detail === undefined ? null : notCompared({ reason: 'halted', ...reasons, detail });
    const nothing = (why: NotCompared): Result => {
      const none = { chainId, chainKey, block: null, blockHash: null, postedBlock: reasons.block };
      const counts = { comparedPairs: 0, comparedStates: 0, comparedProjections: 0 };
      const values = { driftWei: null, differences: [] };
      const reconciliation = { ...none, ...counts, ...values, supply: null, notCompared: why };
      return { reconciliation, firstMint: undefined };
    };
    if (rows === undefined) {
      return nothing(halted ?? notCompared({ reason: 'nothing-posted', ...reasons }));
    }
    try {
      return await this.compareChain(chain, { ...run, rows, halted });
    } catch (error) {
      if (!(error instanceof RetryableError)) throw error;
      this.log.warn({ chainKey, block: reasons.block, error }, 'chain could not be compared');
      return nothing(halted ?? notCompared({ reason: 'unreadable', ...reasons }));
    }
  }

  private async compareChain(
    chain: ChainClient,
    facts: RunFacts & { readonly rows: Rows; readonly halted: NotCompared | null },
  ): Promise<Result> {
    const { rows, verification, projections, isMintAsked, halted } = facts;
    const { chainId, key: chainKey } = chain;
    const { boundary, cursor, known, sums } = rows;
    const read = await chain.fromOneNode(async (node) => {
      const posted = { number: cursor.postedBlock, hash: cursor.postedHash };
      const atPosted = new PinnedChain(chain, node, posted);
      const findings = [...(await compareStates(atPosted, rows))];
      if (boundary !== undefined && sums !== undefined) {
        const pinned = { number: boundary.block, hash: boundary.blockHash };
        const readings = await new PinnedChain(chain, node, pinned).boundary({
          pairs: known.pairs,
          farmIds: known.farmIds,
          tokens: [...new Set([...known.stakeTokens, ...known.rewardTokens])],
        });
        findings.push(...compareBoundary(sums, readings));
      }
      const views = await compareViews(chain, node, { projections, farmIds: known.farmIds });
      findings.push(...views.findings);
      const firstMint = isMintAsked ? await atPosted.firstMint() : undefined;
      return { findings, views, firstMint, totalSupply: await atPosted.totalSupply() };
    });
    const rewards = read.findings.filter(({ what }) => what === 'reward');
    const drifts = rewards.map((finding) => absolute(finding.ledger - finding.chain));
    const noBoundary = { reason: 'no-boundary', chainKey, block: cursor.postedBlock } as const;
    const reconciliation = {
      chainId,
      chainKey,
      block: boundary?.block ?? null,
      blockHash: boundary?.blockHash ?? null,
      postedBlock: cursor.postedBlock,
      comparedPairs: boundary === undefined ? 0 : known.pairs.length,
      comparedStates: known.farmIds.length + known.pairs.length,
      comparedProjections: read.views.count,
      driftWei: boundary === undefined ? null : sumOf(drifts),
      differences: await this.explain(read.findings, verification),
      supply: await this.supplyOf(chain, cursor.postedBlock, read.totalSupply),
      notCompared: halted ?? (boundary === undefined ? notCompared(noBoundary) : null),
    };
    return { reconciliation, firstMint: read.firstMint };
  }

  /** Everything that is compared; undefined before the first posted block. */
  private async readRows(chain: ChainClient): Promise<Rows | undefined> {
    const rows = await this.readSnapshot(chain.chainId);
    if (rows === undefined) return undefined;
    const { farms, positions, cursor, sums } = rows;
    const logs = await this.logs.finalRange({
      chainId: chain.chainId,
      afterBlock: -1,
      toBlock: cursor.postedBlock,
      addresses: [chain.deployment.contracts.farms],
    });
    const accounts = sums === undefined ? [] : [...sums.reward, ...sums.staked];
    const { rewardToken } = chain.deployment.contracts;
    const events = farmEventsOf(logs);
    const known = knownFacts({ rewardToken, farms, positions, accounts, events });
    return { ...rows, known };
  }

  /** Rows that change with every posting, as of one moment. */
  private async readSnapshot(chainId: ChainId): Promise<Omit<Rows, 'known'> | undefined> {
    return this.dataSource.transaction('REPEATABLE READ', async (manager) => {
      const cursor = await this.states.cursor(chainId, manager);
      if (cursor === undefined || cursor.postedTimestamp === 0) return undefined;
      const [boundary] = await this.cursors.boundaries({ chainId, limit: 1 }, manager);
      const farms = await this.states.farms(chainId, manager);
      const positions = await this.states.positions({ chainId }, manager);
      const tokens = await this.states.tokens(chainId, manager);
      const states = { cursor, boundary, farms, positions, tokens };
      if (boundary === undefined) return { ...states, sums: undefined };
      const at = { chainId, uptoBlock: boundary.block };
      const sums = {
        reward: await this.ledger.sumsAt({ ...at, kind: 'reward' }, manager),
        cut: await this.ledger.sumsAt({ ...at, kind: 'reward', journalKind: 'cut' }, manager),
        staked: await this.ledger.sumsAt({ ...at, kind: 'staked' }, manager),
        stream: await this.ledger.sumsAt({ ...at, kind: 'stream' }, manager),
        idle: await this.ledger.sumsAt({ ...at, kind: 'idle' }, manager),
        dust: await this.ledger.sumsAt({ ...at, kind: 'dust' }, manager),
        treasury: await this.ledger.sumsAt({ ...at, kind: 'treasury' }, manager),
        pot: await this.ledger.sumsAt({ ...at, kind: 'pot' }, manager),
        returnable: await this.ledger.sumsAt({ ...at, kind: 'returnable' }, manager),
        escrow: await this.ledger.sumsAt({ ...at, kind: 'bridge-escrow' }, manager),
        transit: await this.ledger.sumsAt({ ...at, kind: 'bridge-transit' }, manager),
      };
      return { ...states, sums };
    });
  }

  /** Names for each finding a journal to look at. */
  private async explain(
    findings: readonly Finding[],
    { firstBad }: VerifyResult,
  ): Promise<readonly Difference[]> {
    return Promise.all(
      findings.map(async (finding) => {
        const { accountId, block: uptoBlock } = finding;
        if (accountId === null) return { ...finding, journalId: null };
        const page = { accountId, uptoBlock, limit: JOURNALS_MAX };
        const journals = await this.ledger.journals(page);
        const wrong = journals.find(({ id }) => id === firstBad?.journalId);
        return { ...finding, journalId: (wrong ?? journals[0])?.id ?? null };
      }),
    );
  }

  private async supplyOf(
    chain: ChainClient,
    block: number,
    totalSupply: bigint,
  ): Promise<ChainSupply> {
    const { chainId, key: chainKey, deployment } = chain;
    const addresses = [deployment.contracts.rewardToken];
    const logs = await this.logs.finalRange({ chainId, afterBlock: -1, toBlock: block, addresses });
    const transfers = logs.map(readTransferFact).filter((fact) => fact !== undefined);
    const amountOf = (kind: 'tokens-sent' | 'tokens-received'): bigint =>
      sumOf(transfers.filter((fact) => fact.kind === kind).map(({ amount }) => amount));
    const [sent, received] = [amountOf('tokens-sent'), amountOf('tokens-received')];
    return chainSupply({ chainKey, block, totalSupply, sent, received });
  }

  /**
   * The initial supply is what the first mint on the hub made. A hub whose token is older than its
   * first indexed block shows no mint: then the first run is what later ones are measured against.
   */
  private compareSupplies(
    chains: readonly ChainReconciliation[],
    firstMint: bigint | undefined,
  ): SupplyReport | null {
    const supplies = chains.map(({ supply }) => supply).filter((supply) => supply !== null);
    if (supplies.length < chains.length) return null;
    const hubKey = this.chains.hub().key;
    const ofHub = supplies.find(({ chainKey }) => chainKey === hubKey);
    const { minted } = defined(ofHub, 'supply of the hub');
    return compareSupply(supplies, { hubKey, initial: firstMint ?? minted });
  }
}

function sumCounts(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
