import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type ChainClient, ChainRegistry } from '#chain';
import { AppConfig } from '#config';
import { inTransaction } from '#database';
import { LogStore } from '#indexer';
import { defined, RetryableError, sumOf } from '#kernel';
import { LedgerService, type TrialBalanceLine, type VerifyResult } from '#ledger';
import { failpoint, Log } from '#observability';
import { ChainComparer } from './chain-comparer.js';
import {
  chainResult,
  type ChainReconciliation,
  type ChainResult,
  emptyResult,
} from './chain-result.js';
import { compareSupply, type SupplyReport } from './domain/compare-supply.js';
import { notCompared, outcomeOf, type ReconcileOutcome } from './domain/outcome.js';
import { type SelectionMode } from './domain/selection.js';
import { HoldKeeper } from './hold-keeper.js';
import { ProjectionReader, type Projections } from './projection-reader.service.js';
import { RowReader, type SelectionRequest } from './row-reader.service.js';
import { type ReconcileRun, ReconcileRunStore } from './storage/reconcile-run-store.js';
import { VerifiedStore } from './storage/verified-store.js';
import { SupplyReader } from './supply-reader.js';

/** Bytes of the seed of a run. */
const SEED_SIZE = 8;

/** Outcome of a reconciliation; `ok` only when all was compared and nothing at all differs. */
export interface ReconcileReport {
  readonly id: number;
  readonly ok: boolean;
  readonly outcome: ReconcileOutcome;
  /** `sampled` when positions of some chain were; the chains say which. */
  readonly mode: SelectionMode;
  /** Draws the same positions again. */
  readonly seed: string;
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

interface RunFacts {
  readonly projections: Projections;
  readonly verification: VerifyResult;
  readonly request: SelectionRequest;
  /** Whether the first mint is wanted of this chain. */
  readonly isMintAsked: boolean;
}

/**
 * Compares the ledger with the chains. What is compared with a chain are rows of the database; only
 * the accruals that are not posted yet are computed from them, since the ledger books them once in
 * an epoch.
 */
@Injectable()
export class ReconcileService {
  constructor(
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
    private readonly chains: ChainRegistry,
    private readonly logs: LogStore,
    private readonly ledger: LedgerService,
    private readonly keeper: HoldKeeper,
    private readonly runs: ReconcileRunStore,
    private readonly rows: RowReader,
    private readonly comparer: ChainComparer,
    private readonly verified: VerifiedStore,
    private readonly supplies: SupplyReader,
    private readonly projections: ProjectionReader,
    private readonly log: Log,
  ) {}

  /**
   * Compares everything now and stores the outcome, with holds on what differs; holds on what is
   * equal again are released.
   *
   * A chain that cannot be read is named in the report, and the others are compared without it.
   *
   * @param options.seed Draws the positions of an earlier run again; random when absent.
   * @throws {RetryableError} when the index moves faster than it can be read; nothing is stored.
   */
  async run(options: { readonly seed?: string } = {}): Promise<ReconcileReport> {
    const seed = options.seed ?? randomBytes(SEED_SIZE).toString('hex');
    const verification = await this.ledger.verify();
    const projections = await this.projections.read();
    const known = await this.runs.initialSupply();
    const request = this.request(seed, verification);
    const results: ChainResult[] = [];
    for (const chain of this.chains.all()) {
      const isMintAsked = known === undefined && chain.key === this.chains.hub().key;
      const facts = { verification, projections, request, isMintAsked };
      results.push(await this.reconcileChain(chain, facts));
    }
    const chains = results.map(({ reconciliation }) => reconciliation);
    const firstMint = results.find((result) => result.firstMint !== undefined)?.firstMint;
    const supply = this.compareSupplies(chains, known ?? firstMint);
    const trialBalance = await this.ledger.trialBalance();
    const drifts = chains.map((chain) => chain.driftWei).filter((drift) => drift !== null);
    const isEqual =
      verification.ok &&
      supply?.ok !== false &&
      chains.every(({ differences }) => differences.length === 0) &&
      trialBalance.every(({ difference }) => difference === 0n);
    const outcome = outcomeOf({ isEqual, chains });
    const report: Omit<ReconcileReport, 'id'> = {
      ok: outcome === 'equal',
      outcome,
      mode: chains.some(({ selection }) => selection?.mode === 'sampled') ? 'sampled' : 'full',
      seed,
      comparedPairs: sumCounts(chains.map((chain) => chain.comparedPairs)),
      comparedProjections: sumCounts(chains.map((chain) => chain.comparedProjections)),
      driftWei: drifts.length === 0 ? null : sumOf(drifts),
      chains,
      supply,
      trialBalance,
      ledgerVerified: verification.ok,
      verification,
    };
    const id = await this.store(report, results);
    failpoint('reconciled');
    return { id, ...report };
  }

  /** Stored runs, newest first. */
  async list(limit: number): Promise<readonly ReconcileRun[]> {
    return this.runs.newest(limit);
  }

  private request(seed: string, { firstBad }: VerifyResult): SelectionRequest {
    const { reconcileFullMax: fullMax, reconcileSample: sampleSize } = this.config;
    return { seed, fullMax, sampleSize, suspectId: firstBad?.accountId };
  }

  private async reconcileChain(chain: ChainClient, facts: RunFacts): Promise<ChainResult> {
    const { chainId, key: chainKey } = chain;
    const rows = await this.rows.read(chain, facts.request);
    const block = rows?.cursor.postedBlock ?? null;
    const place = { chainKey, block };
    const detail = (await this.logs.cursor(chainId))?.haltedReason ?? undefined;
    const halted =
      detail === undefined ? null : notCompared({ reason: 'halted', ...place, detail });
    if (rows === undefined) {
      return emptyResult(chain, halted ?? notCompared({ reason: 'nothing-posted', ...place }));
    }
    try {
      const all = this.chains.all().map(({ eid }) => eid);
      const paths = all.filter((eid) => eid !== chain.eid);
      const comparison = await this.comparer.compare(chain, { ...facts, rows, paths });
      const supply = await this.supplies.read(chain, rows.cursor.postedBlock, comparison.token);
      return chainResult(chain, { rows, comparison, supply, notCompared: halted });
    } catch (error) {
      if (!(error instanceof RetryableError)) throw error;
      this.log.warn({ chainKey, block, error }, 'chain could not be compared');
      return emptyResult(chain, halted ?? notCompared({ reason: 'unreadable', ...place }));
    }
  }

  /** The report, the holds, and what each chain is now vouched for, all together or not at all. */
  private async store(
    report: Omit<ReconcileReport, 'id'>,
    results: readonly ChainResult[],
  ): Promise<number> {
    const { ok: isOk, mode, seed, comparedPairs, driftWei, supply } = report;
    const initialSupply = supply?.initial ?? null;
    const row = { isOk, mode, seed, comparedPairs, driftWei, initialSupply, report };
    return inTransaction(this.dataSource, async (manager) => {
      const runId = await this.runs.add(row, manager);
      for (const result of results) {
        const { chainId } = result.reconciliation;
        if (result.compared === undefined) continue;
        const held = await this.keeper.keep(manager, { runId, report, result });
        const { block, paid, isVerifiedLost } = result.compared;
        if (isVerifiedLost) await this.verified.forget(manager, chainId);
        const isClean = held === 0 && result.reconciliation.notCompared === null;
        if (isClean) await this.verified.advance(manager, { chainId, runId, block }, paid);
      }
      return runId;
    });
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
