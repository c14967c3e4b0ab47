import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ChainRegistry } from '#chain';
import {
  type Hold,
  type HoldDraft,
  HoldStore,
  type TrialBalanceLine,
  type VerifyResult,
} from '#ledger';
import { Log } from '#observability';
import { type ChainResult } from './chain-result.js';
import { type SupplyReport, wrongSupplies } from './domain/compare-supply.js';
import { holdsOf } from './domain/hold-of.js';

/** The part of a report that concerns more than one chain. */
export interface SharedFindings {
  readonly supply: SupplyReport | null;
  readonly verification: VerifyResult;
  readonly trialBalance: readonly TrialBalanceLine[];
}

/** Puts a hold on what differs, and releases what is equal again. */
@Injectable()
export class HoldKeeper {
  constructor(
    private readonly chains: ChainRegistry,
    private readonly holds: HoldStore,
    private readonly log: Log,
  ) {}

  /** @returns how many things of the chain are on hold because of this run. */
  async keep(
    manager: EntityManager,
    run: {
      readonly runId: number;
      readonly report: SharedFindings;
      readonly result: ChainResult;
    },
  ): Promise<number> {
    const { runId, report, result } = run;
    const { chainId, chainKey } = result.reconciliation;
    const drafts = this.draftsOf(result, report);
    const placed = await this.holds.place(manager, { chainId, runId }, drafts);
    const wanted = new Set(drafts.map(keyOf));
    const open = await this.holds.open({ chainId }, manager);
    const over = open.filter((hold) => !wanted.has(keyOf(hold)) && isCovered(hold, result, report));
    const ids = over.map(({ id }) => id);
    await this.holds.release(ids, `run ${runId}`, manager);
    for (const { scope, subject, reason } of placed) {
      this.log.error({ chainKey, scope, subject, reason, run: runId }, 'hold placed');
    }
    for (const { scope, subject } of over) {
      this.log.info({ chainKey, scope, subject, run: runId }, 'hold released');
    }
    return drafts.length;
  }

  private draftsOf(
    { reconciliation }: ChainResult,
    { supply, verification, trialBalance }: SharedFindings,
  ): readonly HoldDraft[] {
    const { chainId, chainKey, differences } = reconciliation;
    const { firstBad } = verification;
    const lines = trialBalance.filter((line) => line.chainId === chainId && line.difference !== 0n);
    // An account that differs is held by itself; a fault that no account shows concerns them all.
    const isShown = differences.some(({ journalId }) => journalId === firstBad?.journalId);
    const isFaulty = firstBad !== undefined && (firstBad.chainId ?? chainId) === chainId;
    const wrong = supply === null ? [] : wrongSupplies(supply, this.chains.hub().key);
    const reasons = [
      ...(isFaulty && !isShown ? [`the ledger is not intact: ${firstBad.reason}`] : []),
      ...(lines.length > 0 && !isShown ? ['the trial balance is not zero'] : []),
      ...(wrong.some((one) => one.chainKey === chainKey)
        ? ['the supply of the reward token is off']
        : []),
    ];
    const found = holdsOf(differences);
    const [reason] = reasons;
    const isChainHeld = found.some(({ scope }) => scope === 'chain');
    if (reason === undefined || isChainHeld) return found;
    return [...found, { scope: 'chain', subject: '', reason }];
  }
}

function keyOf({ scope, subject }: HoldDraft): string {
  return `${scope} ${subject}`;
}

/** Whether the run looked at what is on hold: only then can it vouch for it. */
function isCovered(hold: Hold, { compared }: ChainResult, { supply }: SharedFindings): boolean {
  switch (hold.scope) {
    case 'chain':
      return supply !== null;
    case 'farm':
    case 'account':
      return true;
    default:
      return compared?.views.includes(keyOf(hold)) ?? false;
  }
}
