import { ChainRegistry } from '#chain';
import { type EpochClock, EpochsService } from '#emission';
import { FarmStateStore } from '#farms';
import { RetryableError } from '#kernel';
import { Log } from '#observability';
import { ReconcileService } from '#reconcile';
import { Injectable } from '@nestjs/common';

/** Comparisons of one epoch that a chain out of reach may spoil before the next epoch is awaited. */
const ATTEMPTS_MAX = 5;

/**
 * Compares the ledger with the chains once in every epoch, as soon as the end of the epoch before
 * is posted on every chain. A chain that stays behind holds the comparison up for half an epoch.
 */
@Injectable()
export class ReconcileRound {
  private doneIn: number | undefined;
  private spoilt = { epoch: 0, attempts: 0 };

  constructor(
    private readonly epochs: EpochsService,
    private readonly states: FarmStateStore,
    private readonly chains: ChainRegistry,
    private readonly reconcile: ReconcileService,
    private readonly log: Log,
  ) {}

  /** @throws {RetryableError} when a chain could not be read; a later round tries again. */
  async run(): Promise<void> {
    const clock = await this.epochs.clock();
    if (clock === undefined || clock.epoch === 0 || clock.epoch === this.doneIn) return;
    if (!(await this.isDue(clock))) return;
    const { id, outcome, comparedPairs, driftWei, chains } = await this.reconcile.run();
    const before = this.spoilt.epoch === clock.epoch ? this.spoilt.attempts : 0;
    this.spoilt = { epoch: clock.epoch, attempts: before + 1 };
    const isUnreadable = chains.some((chain) => chain.notCompared?.reason === 'unreadable');
    const isRepeated = isUnreadable && this.spoilt.attempts < ATTEMPTS_MAX;
    if (!isRepeated) this.doneIn = clock.epoch;
    const differences = chains.reduce((count, chain) => count + chain.differences.length, 0);
    const fields = { epoch: clock.epoch, run: id, comparedPairs, driftWei, differences };
    const reasons = chains.flatMap(({ notCompared }) => notCompared?.sentence ?? []);
    if (outcome === 'equal') this.log.info(fields, 'ledger equals the chains');
    else if (outcome === 'different') {
      this.log.error({ ...fields, reasons }, 'ledger differs from the chains');
    } else if (isUnreadable) this.log.warn({ ...fields, reasons }, 'not every chain was compared');
    else this.log.info({ ...fields, reasons }, 'nothing to compare yet');
    if (isRepeated) throw new RetryableError('a chain could not be read to be compared');
  }

  private async isDue({ startsAt, endsAt, now }: EpochClock): Promise<boolean> {
    if (now - startsAt >= (endsAt - startsAt) / 2) return true;
    const cursors = await Promise.all(
      this.chains.all().map(({ chainId }) => this.states.cursor(chainId)),
    );
    return cursors.every((cursor) => cursor !== undefined && cursor.postedTimestamp >= startsAt);
  }
}
