import { ChainRegistry } from '#chain';
import { type EpochClock, EpochsService } from '#emission';
import { FarmStateStore } from '#farms';
import { Log } from '#observability';
import { ReconcileService } from '#reconcile';
import { Injectable } from '@nestjs/common';

/**
 * Compares the ledger with the chains once in every epoch, as soon as the end of the epoch before
 * is posted on every chain. A chain that stays behind holds the comparison up for half an epoch.
 */
@Injectable()
export class ReconcileRound {
  private doneIn: number | undefined;

  constructor(
    private readonly epochs: EpochsService,
    private readonly states: FarmStateStore,
    private readonly chains: ChainRegistry,
    private readonly reconcile: ReconcileService,
    private readonly log: Log,
  ) {}

  /** @throws {RetryableError} when a chain cannot be read; the next round tries again. */
  async run(): Promise<void> {
    const clock = await this.epochs.clock();
    if (clock === undefined || clock.epoch === 0 || clock.epoch === this.doneIn) return;
    if (!(await this.isDue(clock))) return;
    const { id, outcome, comparedPairs, driftWei, chains } = await this.reconcile.run();
    this.doneIn = clock.epoch;
    const differences = chains.reduce((count, chain) => count + chain.differences.length, 0);
    const fields = { epoch: clock.epoch, run: id, comparedPairs, driftWei, differences };
    const reasons = chains.flatMap(({ notCompared }) => notCompared?.sentence ?? []);
    if (outcome === 'equal') this.log.info(fields, 'ledger equals the chains');
    else if (outcome === 'different') {
      this.log.error({ ...fields, reasons }, 'ledger differs from the chains');
    } else this.log.info({ ...fields, reasons }, 'nothing to compare yet');
  }

  private async isDue({ startsAt, endsAt, now }: EpochClock): Promise<boolean> {
    if (now - startsAt >= (endsAt - startsAt) / 2) return true;
    const cursors = await Promise.all(
      this.chains.all().map(({ chainId }) => this.states.cursor(chainId)),
    );
    return cursors.every((cursor) => cursor !== undefined && cursor.postedTimestamp >= startsAt);
  }
}
