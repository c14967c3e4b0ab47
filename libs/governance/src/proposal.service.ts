import { governorAbi } from '#abi';
import { ChainRegistry } from '#chain';
import { AppConfig, type ChainDeployment } from '#config';
import { EmissionsReader, PARAMS_SUBJECT } from '#farms';
import { type IndexedLog, LogStore } from '#indexer';
import { defined, RetryableError } from '#kernel';
import { Injectable } from '@nestjs/common';
import { BaseError } from 'viem';
import { decodeControllerChange } from './decode-controller-change.js';
import { proposalEventOf } from './decode-governor-log.js';
import { describeCall } from './describe-call.js';
import { foldProposal } from './domain/fold-proposal.js';
import type { ProposalView, Verification } from './domain/proposal-view.js';
import { type DecidedEpoch, verifyProposal } from './domain/verify-proposal.js';
import { PROPOSAL_PREFIX } from './proposals.projector.js';

/** Decided epochs looked at for the first one under a change. */
const EPOCHS_READ = 200;

/** Reads proposals; every view is folded from logs when asked for. */
@Injectable()
export class ProposalService {
  private readonly hub: ChainDeployment;
  private quorumVotes: bigint | undefined;

  constructor(
    private readonly config: AppConfig,
    private readonly chains: ChainRegistry,
    private readonly logs: LogStore,
    private readonly emissions: EmissionsReader,
  ) {
    this.hub = chains.hub().deployment;
  }

  /**
   * Proposals, the one with the newest event first. `before` is the id of the last one of the
   * page before.
   *
   * @throws {RetryableError} when no node of the hub answers.
   */
  async list(options: {
    readonly limit: number;
    readonly before?: string | undefined;
  }): Promise<readonly ProposalView[]> {
    const { limit, before } = options;
    const subjects = await this.logs.subjects({
      prefix: PROPOSAL_PREFIX,
      limit,
      ...(before === undefined ? {} : { before: `${PROPOSAL_PREFIX}${before}` }),
    });
    return this.bySubjects(subjects);
  }

  /**
   * Undefined when there is no such proposal; `id` is decimal.
   *
   * @throws {RetryableError} when no node of the hub answers.
   */
  async byId(id: string): Promise<ProposalView | undefined> {
    return (await this.bySubjects([`${PROPOSAL_PREFIX}${id}`])).at(0);
  }

  private async bySubjects(subjects: readonly string[]): Promise<readonly ProposalView[]> {
    const found = await this.logs.bySubjects(subjects);
    // An unknown proposal is unknown whether or not the hub answers.
    if ([...found.values()].every((logs) => logs.length === 0)) return [];
    const now = (await this.logs.cursor(this.hub.chainId))?.cursorTimestamp ?? 0;
    const quorum = await this.quorum();
    const views = subjects.flatMap((subject) => {
      const events = (found.get(subject) ?? []).flatMap((log) => proposalEventOf(log) ?? []);
      const view = foldProposal(events, {
        id: subject.slice(PROPOSAL_PREFIX.length),
        now,
        quorum,
        describe: (call) => describeCall(this.hub, call),
      });
      return view ?? [];
    });
    return this.withVerification(views);
  }

  private async withVerification(
    views: readonly Omit<ProposalView, 'verification'>[],
  ): Promise<readonly ProposalView[]> {
    if (!views.some(({ executedAt }) => executedAt !== null)) {
      return views.map((view) => ({ ...view, verification: null }));
    }
    const changes = await this.logs.bySubject(PARAMS_SUBJECT);
    const decided = await this.emissions.epochs({ limit: EPOCHS_READ });
    const epochs = decided.map(({ epoch, budgetSD, orders, revision }) => ({
      epoch,
      budgetSD,
      orders: orders
        .filter((order) => order.revision === revision)
        .map(({ chainKey, eid, status }) => ({ chainKey: chainKey ?? `endpoint ${eid}`, status })),
    }));
    return views.map((view) => ({ ...view, verification: this.verify(view, changes, epochs) }));
  }

  private verify(
    view: Omit<ProposalView, 'verification'>,
    parameterLogs: readonly IndexedLog[],
    epochs: readonly DecidedEpoch[],
  ): Verification | null {
    if (view.executedAt === null) return null;
    const { genesis, durationSeconds } = this.config.deployment.epoch;
    const sinceGenesis = view.executedAt - genesis;
    return verifyProposal({
      calls: view.calls,
      hubKey: this.hub.key,
      changes: parameterLogs
        .filter(
          ({ txHash, address }) =>
            txHash === view.txs.executed && address === this.hub.contracts.controller,
        )
        .flatMap((log) => decodeControllerChange(log) ?? []),
      executedIn: sinceGenesis < 0 ? 0 : Math.floor(sinceGenesis / durationSeconds) + 1,
      epochs,
    });
  }

  /** The governor's quorum is a fixed number of votes, so it is read once. */
  private async quorum(): Promise<bigint> {
    this.quorumVotes ??= await this.chains.hub().fromOneNode(async ({ client }) => {
      try {
        return await client.readContract({
          address: defined(this.hub.contracts.governor, 'governor of the hub'),
          abi: governorAbi,
          functionName: 'ABSOLUTE_QUORUM',
        });
      } catch (error) {
        if (!(error instanceof BaseError)) throw error;
        throw new RetryableError('the governor could not be read', { cause: error });
      }
    });
    return this.quorumVotes;
  }
}
