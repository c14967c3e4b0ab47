import { CallRefused, ChainRegistry, TransactionSender, type TxIntent } from '#chain';
import { AppConfig } from '#config';
import { EmissionsReader, type EpochView } from '#farms';
import { assert, canonicalJson, type ChainId } from '#kernel';
import { LedgerService } from '#ledger';
import { failpoint, Log } from '#observability';
import { Injectable } from '@nestjs/common';
import {
  type ControllerHead,
  type ControllerParameters,
  ControllerReader,
} from './controller-reader.js';
import { DecisionStore, type StoredDecision } from './decision-store.js';
import { ConflictingBounds } from './domain/allocate.js';
import { attemptKey, ATTEMPTS_MAX, retryWaitSeconds } from './domain/attempts.js';
import { readinessOf } from './domain/epoch-schedule.js';
import { decide } from './domain/evidence.js';
import { undeclaredFarms } from './domain/facts.js';
import { compareFarms, type EmissionParameters, farmKey, rangesOf } from './domain/parameters.js';
import { parseEvidence } from './domain/parse-evidence.js';
import { EmissionHolds } from './emission-holds.js';
import { decideCall, dispatchCall } from './epoch-calls.js';
import { FactsService } from './facts.service.js';

/** The service decides an epoch once; later revisions are decided by people. */
const FIRST_REVISION = 1;
/** Epochs before the last decided one whose unsent orders are still tried. */
const DISPATCH_LOOKBACK = 2;
/** Decided epochs without a budget that are passed over at most. */
const COMPARED_LOOKBACK = 256;
const REPORTED_MAX = 1_000;
/** Chains in one transaction, so that it fits a block; the others follow in the next attempt. */
const DISPATCH_CHAINS_MAX = 16;

/**
 * Decides each epoch once and sends its orders.
 *
 * Every round starts from the chain and from what is stored, never from memory, so it can be
 * killed anywhere: a decision is stored before it is signed, a transaction before it is sent, and
 * both are found again by their business key.
 */
@Injectable()
export class EpochJob {
  private readonly hubId: ChainId;
  /** What was reported already, so that each round does not report it again. */
  private readonly reported = new Set<string>();

  constructor(
    private readonly config: AppConfig,
    private readonly chains: ChainRegistry,
    private readonly controller: ControllerReader,
    private readonly facts: FactsService,
    private readonly emissions: EmissionsReader,
    private readonly holds: EmissionHolds,
    private readonly store: DecisionStore,
    private readonly sender: TransactionSender,
    private readonly ledger: LedgerService,
    private readonly log: Log,
  ) {
    this.hubId = chains.hub().chainId;
  }

  /**
   * One round: decides the epoch the hub is in when it can be, and sends what is not sent.
   *
   * @throws {RetryableError} when a node or the database fails; the next round starts over.
   */
  async tick(): Promise<void> {
    const head = await this.controller.head();
    if (head.epoch === 0 || head.isPaused) return;
    if (head.revision === 0) await this.decide(head);
    const from = Math.max(1, head.lastDecided - DISPATCH_LOOKBACK);
    for (let epoch = from; epoch <= head.lastDecided; epoch += 1) await this.dispatch(epoch, head);
  }

  /** Brings the stored decision of the epoch on its way, or makes one. */
  private async decide(head: ControllerHead): Promise<void> {
    const latest = await this.store.latest(head.epoch, FIRST_REVISION);
    if (latest !== undefined) {
      if (!(await this.hasFailed(latest))) return;
      if (head.timestamp < latest.decidedAt + retryWaitSeconds(latest.attempt)) return;
    }
    const attempt = (latest?.attempt ?? 0) + 1;
    if (attempt > ATTEMPTS_MAX) {
      this.report(`decide:${head.epoch}`, 'epoch cannot be decided', { epoch: head.epoch });
      return;
    }
    const decision = await this.makeDecision(head, attempt);
    if (decision !== undefined) await this.send(decision);
  }

  /** Whether the decision is beyond hope: refused by the controller, or reverted. */
  private async hasFailed(decision: StoredDecision): Promise<boolean> {
    const intent = await this.sender.byKey(decision.businessKey);
    if (intent !== undefined) return intent.state === 'reverted';
    return !(await this.send(decision));
  }

  /** Decides from the facts of now and stores it; undefined while it is too early for that. */
  private async makeDecision(
    head: ControllerHead,
    attempt: number,
  ): Promise<StoredDecision | undefined> {
    const { genesis, durationSeconds } = this.config.deployment.epoch;
    const { epoch, timestamp } = head;
    const readiness = readinessOf({
      hubTimestamp: timestamp,
      epochStart: genesis + (epoch - 1) * durationSeconds,
      epochSeconds: durationSeconds,
      chains: await this.facts.freshness(),
    });
    if (readiness.kind === 'wait') {
      this.log.debug({ epoch, reason: readiness.reason }, 'decision waits');
      return undefined;
    }
    const facts = await this.facts.collect(readiness.missing);
    const hubFacts = facts.find(({ chainId }) => chainId === this.hubId);
    const parameters =
      hubFacts?.block && (await this.parameters(epoch, hubFacts.block.number, head.lastDecided));
    if (!parameters) return undefined;

    const { policy } = this.config.deployment;
    const farms = undeclaredFarms({ policy, facts, parameters });
    if (farms.length > 0 && this.isNews(`undeclared:${epoch}`)) {
      this.log.warn({ epoch, farms }, 'farms without a declared value weigh nothing');
    }
    const businessKey = attemptKey(`decide:${epoch}:${FIRST_REVISION}`, attempt);
    try {
      const ledger = (await this.ledger.newestStatement(epoch - 1)) ?? null;
      const inputs = { epoch, revision: FIRST_REVISION, policy, facts, parameters, ledger };
      const evidence = decide(inputs);
      const isNew = await this.store.add({ evidence, attempt, businessKey, decidedAt: timestamp });
      // The same facts give the same decision: only a newer block can change a refusal.
      if (!isNew) return undefined;
    } catch (error) {
      if (!(error instanceof ConflictingBounds)) throw error;
      this.report(`bounds:${epoch}`, 'bounds exclude every decision', {
        epoch,
        conflicts: error.conflicts,
        remedy: error.remedy,
      });
      return undefined;
    }
    failpoint('decision-stored');
    this.log.info({ epoch, attempt, missing: [...readiness.missing.keys()] }, 'decision stored');
    return this.store.latest(epoch, FIRST_REVISION);
  }

  /** Undefined while the index has not seen the last decision, or the pinned block is before it. */
  private async parameters(
    epoch: number,
    blockNumber: number,
    lastDecided: number,
  ): Promise<EmissionParameters | undefined> {
    const read = await this.controller.parametersAt({ blockNumber, epoch });
    if (read.lastDecided !== lastDecided) return undefined;
    if (lastDecided > 0 && (await this.emissions.epoch(lastDecided)) === undefined)
      return undefined;
    const parameters = withPrevious(read, await this.comparedWith(lastDecided));
    // Our own reading of the rules must be the controller's, or it would refuse the decision.
    const [expected, known] = [read.limits, rangesOf(parameters)].map((ranges) =>
      canonicalJson(ranges.toSorted(compareFarms)),
    );
    assert(expected === known, `the controller allows ${expected}, the rules say ${known}`);
    return parameters;
  }

  /** The decided epoch that targets are compared with: the last one that had a budget. */
  private async comparedWith(lastDecided: number): Promise<EpochView | undefined> {
    const oldest = Math.max(1, lastDecided - COMPARED_LOOKBACK);
    for (let epoch = lastDecided; epoch >= oldest; epoch -= 1) {
      const view = await this.emissions.epoch(epoch);
      if (view !== undefined && view.budgetSD > 0n) return view;
    }
    return undefined;
  }

  /** Signs and sends a stored decision; false when the controller refuses it. */
  private async send(decision: StoredDecision): Promise<boolean> {
    const evidence = parseEvidence(decision.evidence);
    const { epoch, revision } = evidence;
    try {
      await this.sender.submit({
        chainId: this.hubId,
        businessKey: decision.businessKey,
        description: `decide epoch ${epoch} revision ${revision}`,
        to: this.controller.address,
        data: decideCall(evidence, decision.evidence),
      });
      return true;
    } catch (error) {
      if (!(error instanceof CallRefused)) throw error;
      const key = `refused:${decision.businessKey}:${error.reason.errorName}`;
      if (this.isNews(key)) this.log.warn({ epoch, reason: error.reason }, 'decision refused');
      return false;
    }
  }

  /** Sends the orders of an epoch that are not sent; a path that failed is tried again later. */
  private async dispatch(epoch: number, head: ControllerHead): Promise<void> {
    const pending = await this.controller.pendingOrders(epoch);
    const { revision } = pending;
    const payable = await this.holds.payable(epoch, pending.eids);
    if (payable.length < pending.eids.length && this.isNews(`held:${epoch}:${revision}`)) {
      this.log.warn({ epoch, pending: pending.eids, payable }, 'orders are on hold');
    }
    const eids = payable.slice(0, DISPATCH_CHAINS_MAX);
    if (eids.length === 0) return;
    const base = `dispatch:${epoch}:${revision}`;
    const last = await this.lastAttempt(base);
    if (last !== undefined && !(await this.mayRetry(last.intent, last.attempt, head))) return;
    const attempt = (last?.attempt ?? 0) + 1;
    if (attempt > ATTEMPTS_MAX) {
      this.report(base, 'orders cannot be sent', { epoch, revision, eids });
      return;
    }
    if (attempt > 1) this.log.warn({ epoch, revision, eids, attempt }, 'orders sent again');
    const call = dispatchCall(epoch, eids);
    await this.sender.submit({
      chainId: this.hubId,
      businessKey: attemptKey(base, attempt),
      description: `dispatch epoch ${epoch} revision ${revision} to ${eids.join(', ')}`,
      to: this.controller.address,
      ...call,
    });
  }

  private async lastAttempt(
    base: string,
  ): Promise<{ readonly intent: TxIntent; readonly attempt: number } | undefined> {
    let last: { intent: TxIntent; attempt: number } | undefined;
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
      const intent = await this.sender.byKey(attemptKey(base, attempt));
      if (intent === undefined) break;
      last = { intent, attempt };
    }
    return last;
  }

  /** Only after the attempt is in a block, and then only after a wait that grows. */
  private async mayRetry(
    intent: TxIntent,
    attempt: number,
    head: ControllerHead,
  ): Promise<boolean> {
    if (intent.blockNumber === null) return false;
    const block = await this.chains.hub().blockByNumber(intent.blockNumber);
    return block !== undefined && head.timestamp >= block.timestamp + retryWaitSeconds(attempt);
  }

  private report(key: string, message: string, fields: Readonly<Record<string, unknown>>): void {
    if (this.isNews(key)) this.log.error(fields, message);
  }

  private isNews(key: string): boolean {
    if (this.reported.has(key)) return false;
    if (this.reported.size >= REPORTED_MAX) this.reported.clear();
    this.reported.add(key);
    return true;
  }
}

/** A farm the epoch compared with did not have starts anywhere in its bounds. */
function withPrevious(
  { budgetSD, maxChangeBps, chains, farms }: ControllerParameters,
  compared: EpochView | undefined,
): EmissionParameters {
  const decidedLast = new Set(compared?.targets.map(farmKey));
  return {
    budgetSD,
    previousBudgetSD: compared?.budgetSD ?? 0n,
    maxChangeBps,
    chains,
    farms: farms.map(({ lastSD, ...limits }) => ({
      ...limits,
      previousSD: decidedLast.has(farmKey(limits)) ? lastSD : null,
    })),
  };
}
