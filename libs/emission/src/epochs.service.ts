import { AppConfig } from '#config';
import { EmissionsReader, type EpochView } from '#farms';
import { LogStore } from '#indexer';
import { assert, type ChainId, defined, type Hex } from '#kernel';
import { Injectable } from '@nestjs/common';
import { DecisionStore, type StoredDecision } from './decision-store.js';
import { recompute as recomputeTargets } from './domain/evidence.js';
import { parseEvidence } from './domain/parse-evidence.js';
import type { Target } from './domain/parameters.js';
import { evidenceHashOf } from './evidence-hash.js';

/** A decided epoch with what it was decided from. */
export interface DecidedEpochView extends EpochView {
  /** The exact text whose hash is on chain; `null` when the decision is not ours. */
  readonly evidence: string | null;
}

/** The period the hub is in, as of its indexed head; times in seconds. */
export interface EpochClock {
  /** 0 before genesis. */
  readonly epoch: number;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly now: number;
}

/** What comes out when evidence is checked by anyone. */
export interface Recomputation {
  readonly evidenceHash: Hex;
  /** Targets the facts and parameters give. */
  readonly targets: readonly Target[];
  /** Whether they are the targets the evidence names. */
  readonly isEqual: boolean;
}

/** Reads epochs as they were decided and as far as their orders got. */
@Injectable()
export class EpochsService {
  private readonly hubId: ChainId;

  constructor(
    private readonly config: AppConfig,
    private readonly emissions: EmissionsReader,
    private readonly store: DecisionStore,
    private readonly logs: LogStore,
  ) {
    const { chains, hub } = config.deployment;
    this.hubId = defined(
      chains.find(({ key }) => key === hub),
      'hub of the deployment',
    ).chainId;
  }

  /** Decided epochs, newest first. */
  async list(options: { readonly limit: number }): Promise<readonly DecidedEpochView[]> {
    return this.withEvidence(await this.emissions.epochs(options));
  }

  /** Undefined while the epoch is not decided. */
  async byEpoch(epoch: number): Promise<DecidedEpochView | undefined> {
    const view = await this.emissions.epoch(epoch);
    return view === undefined ? undefined : (await this.withEvidence([view])).at(0);
  }

  /** Undefined until the hub has been looked at. */
  async clock(): Promise<EpochClock | undefined> {
    const now = (await this.logs.cursor(this.hubId))?.cursorTimestamp;
    if (now === undefined) return undefined;
    const { genesis, durationSeconds } = this.config.deployment.epoch;
    const epoch = now < genesis ? 0 : Math.floor((now - genesis) / durationSeconds) + 1;
    const endsAt = genesis + epoch * durationSeconds;
    return { epoch, startsAt: epoch === 0 ? now : endsAt - durationSeconds, endsAt, now };
  }

  /**
   * Computes targets from an evidence text again.
   *
   * @throws {MalformedEvidence} when the text is no evidence bundle.
   * @throws {ConflictingBounds} when its parameters allow no decision.
   */
  recompute(text: string): Recomputation {
    return recomputeEvidence(text);
  }

  private async withEvidence(views: readonly EpochView[]): Promise<readonly DecidedEpochView[]> {
    const decisions = await this.store.ofEpochs(views.map(({ epoch }) => epoch));
    return views.map((view) => ({ ...view, evidence: evidenceOf(view, decisions) }));
  }
}

function evidenceOf(view: EpochView, decisions: readonly StoredDecision[]): string | null {
  const own = decisions.find(({ evidenceHash }) => evidenceHash === view.evidenceHash);
  if (own === undefined) return null;
  assert(
    evidenceHashOf(own.evidence) === view.evidenceHash,
    `stored evidence of epoch ${view.epoch} does not have its hash`,
  );
  return own.evidence;
}

/** The same without a service: needs nothing but the text. */
export function recomputeEvidence(text: string): Recomputation {
  const evidence = parseEvidence(text);
  const targets = recomputeTargets(evidence);
  const isEqual =
    targets.length === evidence.targets.length &&
    targets.every((target, index) => {
      const named = evidence.targets[index];
      return (
        named?.eid === target.eid &&
        named.farmId === target.farmId &&
        named.amountSD === target.amountSD
      );
    });
  return { evidenceHash: evidenceHashOf(text), targets, isEqual };
}
