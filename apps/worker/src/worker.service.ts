import { TransactionSender } from '#chain';
import { AppConfig } from '#config';
import { EpochJob } from '#emission';
import { SystemClock } from '#kernel';
import { Log } from '#observability';
import { EpochStatements } from '#rewards';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { ChainRound } from './chain-round.service.js';
import { Lane } from './lane.js';
import { LeaderLock } from './leader-lock.js';
import { ReconcileRound } from './reconcile-round.service.js';

const LEADER_POLL_MS = 1_000;

/**
 * Runs every lane while this process leads: one for each chain, one for what the books say at the
 * end of an epoch, one for reconciliation, and one for epochs when there is an operator key.
 */
@Injectable()
export class WorkerService implements OnModuleDestroy {
  private readonly lanes: readonly Lane[];
  private readonly leadership: Lane;
  private readonly clock = new SystemClock();
  private isLeading = false;
  private hasAnnounced = false;
  private onLost: () => void = () => undefined;

  constructor(
    private readonly config: AppConfig,
    private readonly scheduler: SchedulerRegistry,
    private readonly lock: LeaderLock,
    private readonly sender: TransactionSender,
    private readonly log: Log,
    chainRound: ChainRound,
    epochJob: EpochJob,
    reconcileRound: ReconcileRound,
    statements: EpochStatements,
  ) {
    this.leadership = this.lane('leadership', () => this.lead());
    this.lanes = [
      ...chainRound.chains
        .all()
        .map(({ key, chainId }) => this.lane(`chain:${key}`, () => chainRound.run(chainId))),
      // Without a key nothing can be decided: the worker then only watches.
      ...(sender.operator === undefined ? [] : [this.lane('epochs', () => epochJob.tick())]),
      this.lane('statements', async () => {
        await statements.tick();
      }),
      this.lane('reconcile', () => reconcileRound.run()),
    ];
  }

  /** Starts to compete for the lead; `onLost` is called when the lead is lost after it was won. */
  start(onLost: () => void): void {
    this.onLost = onLost;
    this.leadership.trigger();
    this.every('leadership', LEADER_POLL_MS, () => {
      this.leadership.trigger();
    });
  }

  /** Finishes the rounds under way, then lets the next worker lead. */
  async onModuleDestroy(): Promise<void> {
    await this.leadership.stop();
    await Promise.all(this.lanes.map((lane) => lane.stop()));
    if (this.isLeading) await this.lock.release();
  }

  private async lead(): Promise<void> {
    if (this.isLeading) {
      if (await this.lock.isHeld()) return;
      this.isLeading = false;
      this.log.fatal({}, 'lead lost');
      this.onLost();
      return;
    }
    if (!(await this.lock.tryAcquire())) {
      if (!this.hasAnnounced) this.log.info({}, 'standing by while another worker leads');
      this.hasAnnounced = true;
      return;
    }
    this.isLeading = true;
    for (const lane of this.lanes) {
      lane.trigger();
      this.every(lane.name, this.config.pollMs, () => {
        lane.trigger();
      });
    }
    const { name, chains } = this.config.deployment;
    const keys = chains.map(({ key }) => key);
    this.log.info(
      { deployment: name, chains: keys, operator: this.sender.operator ?? null },
      'ready',
    );
  }

  private lane(name: string, work: () => Promise<void>): Lane {
    const { clock, config } = this;
    return new Lane(name, work, {
      log: this.log.child({ lane: name }),
      clock,
      pollMs: config.pollMs,
    });
  }

  private every(name: string, ms: number, trigger: () => void): void {
    this.scheduler.addInterval(name, setInterval(trigger, ms));
  }
}
