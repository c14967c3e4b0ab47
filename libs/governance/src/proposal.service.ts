import { governorAbi } from '#abi';
import { ChainRegistry } from '#chain';
import { AppConfig, type ChainDeployment } from '#config';
import { EmissionsReader, PARAMS_SUBJECT } from '#farms';
import { LogStore } from '#indexer';
import { defined, type Hex, RetryableError } from '#kernel';
import { CommandService, type CommandView } from '#messaging';
import { Injectable } from '@nestjs/common';
import { BaseError } from 'viem';
import { decodeControllerChange } from './decode-controller-change.js';
import { proposalEventOf } from './decode-governor-log.js';
import { describeCall } from './describe-call.js';
import { foldProposal } from './domain/fold-proposal.js';
import {
  type ControllerChange,
  parametersAfter,
  registeredChains,
} from './domain/parameter-state.js';
import type { ProposalView, Verification } from './domain/proposal-view.js';
import { type DecidedEpoch, verifyProposal } from './domain/verify-proposal.js';
import { PROPOSAL_PREFIX } from './proposals.projector.js';

/** Decided epochs looked at for the first one under a change. */
const EPOCHS_READ = 200;
/** Commands looked at for those that a proposal sent. */
const COMMANDS_READ = 200;

interface PlacedChange extends ControllerChange {
  readonly txHash: Hex;
  /** Chain time, seconds. */
  readonly at: number;
}

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
    private readonly commands: CommandService,
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
        describe: (call) => describeCall({ hub: this.hub, chainOf: this.keyOf }, call),
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
    const history = await this.controllerHistory();
    const decided = await this.emissions.epochs({ limit: EPOCHS_READ });
    const epochs = decided.map(({ epoch, budgetSD, orders, revision, decidedAt }) => ({
      epoch,
      budgetSD,
      registered: registeredChains(
        parametersAfter(history.filter(({ at }) => at <= decidedAt)),
      ).map(({ eid, hasFarms }) => ({ chainKey: this.keyOf(eid), hasFarms })),
      orders: orders
        .filter((order) => order.revision === revision)
        .map(({ eid, status }) => ({ chainKey: this.keyOf(eid), status })),
    }));
    const commands = await this.sentCommands(views);
    const facts = { history, epochs, commands };
    return views.map((view) => ({ ...view, verification: this.verify(view, facts) }));
  }

  /** The newest commands, when a proposal that was executed sent any. */
  private async sentCommands(
    views: readonly Omit<ProposalView, 'verification'>[],
  ): Promise<readonly CommandView[]> {
    const hasSome = views.some(
      ({ executedAt, calls }) =>
        executedAt !== null && calls.some((call) => call.commands.length > 0),
    );
    return hasSome ? this.commands.list({ limit: COMMANDS_READ }) : [];
  }

  private verify(
    view: Omit<ProposalView, 'verification'>,
    facts: {
      readonly history: readonly PlacedChange[];
      readonly epochs: readonly DecidedEpoch[];
      readonly commands: readonly CommandView[];
    },
  ): Verification | null {
    const { history, epochs, commands } = facts;
    const { executedAt, calls, txs } = view;
    if (executedAt === null) return null;
    const { genesis, durationSeconds } = this.config.deployment.epoch;
    const sinceGenesis = executedAt - genesis;
    const last = history.findLastIndex(({ txHash }) => txHash === txs.executed);
    return verifyProposal({
      calls,
      hubKey: this.hub.key,
      changes: history.filter(({ txHash }) => txHash === txs.executed),
      history: last < 0 ? history.filter(({ at }) => at <= executedAt) : history.slice(0, last + 1),
      executedIn: sinceGenesis < 0 ? 0 : Math.floor(sinceGenesis / durationSeconds) + 1,
      epochs,
      commands: commands.filter((command) => command.txs.sent === txs.executed),
    });
  }

  /** Everything that changed the controller's parameters, in chain order. */
  private async controllerHistory(): Promise<readonly PlacedChange[]> {
    const logs = await this.logs.bySubject(PARAMS_SUBJECT);
    return logs
      .filter(({ address }) => address === this.hub.contracts.controller)
      .flatMap((log) => {
        const change = decodeControllerChange(log);
        if (change === undefined) return [];
        return [{ ...change, txHash: log.txHash, at: log.blockTimestamp }];
      });
  }

  private readonly keyOf = (eid: number): string =>
    this.chains.all().find((chain) => chain.eid === eid)?.key ?? `endpoint ${eid}`;

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
