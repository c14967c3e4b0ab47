import { EpochsService } from '#emission';
import { Log } from '#observability';
import { ReconcileService } from '#reconcile';
import { Injectable } from '@nestjs/common';

/** Compares the ledger with the chains once in every epoch, and once after every start. */
@Injectable()
export class ReconcileRound {
  private doneIn: number | undefined;

  constructor(
    private readonly epochs: EpochsService,
    private readonly reconcile: ReconcileService,
    private readonly log: Log,
  ) {}

  async run(): Promise<void> {
    const clock = await this.epochs.clock();
    if (clock === undefined || clock.epoch === 0 || clock.epoch === this.doneIn) return;
    const { ok, comparedPairs } = await this.reconcile.run();
    this.doneIn = clock.epoch;
    const fields = { epoch: clock.epoch, comparedPairs };
    if (ok) this.log.info(fields, 'ledger equals the chains');
    else this.log.error(fields, 'ledger differs from the chains');
  }
}
