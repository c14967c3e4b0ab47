import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { canonicalJson, SystemClock } from '#kernel';
import { type ReconcileReport, ReconcileService } from '#reconcile';
import { ChainLookup } from '../deployment/chain-lookup.js';
import { found, ReconciliationRunning } from '../http/request-errors.js';
import { ReadRoute, RunRoute } from '../http/route.js';
import { SharedWork } from '../http/shared-work.js';
import { reconciliationDto } from './reconciliation-dto.js';
import { ReconciliationDto } from './reconciliations.dto.js';

@ApiTags('ledger')
@Controller({ path: 'reconciliations', version: '1' })
export class ReconciliationsController {
  private readonly clock = new SystemClock();
  private readonly keyOf = (chainId: number): string => this.chains.keyOf(chainId);
  private readonly work: SharedWork<ReconcileReport>;

  constructor(
    private readonly reconcile: ReconcileService,
    private readonly chains: ChainLookup,
  ) {
    this.work = new SharedWork(() => reconcile.run());
  }

  @ReadRoute({
    path: 'latest',
    operationId: 'readLatestReconciliation',
    summary: 'The newest comparison of the ledger with the chains.',
    response: ReconciliationDto,
    unknown: ['reconciliation.unknown'],
  })
  async latest(): Promise<ReconciliationDto> {
    const [newest] = await this.reconcile.list(1);
    const run = found(newest, 'reconciliation', 'Nothing was reconciled yet.');
    return reconciliationDto(run, this.keyOf);
  }

  @RunRoute({
    operationId: 'runReconciliation',
    summary: 'Compares the ledger with every chain now; one at a time.',
    response: ReconciliationDto,
    conflict: ['reconciliation.running'],
    unavailable: 'The comparison cannot be made now: `unavailable`.',
  })
  async run(): Promise<ReconciliationDto> {
    if (this.work.isRunning) throw new ReconciliationRunning();
    const { id, ...outcome } = await this.work.run();
    const report: unknown = JSON.parse(canonicalJson(outcome));
    const createdAt = new Date(this.clock.nowMs());
    return reconciliationDto({ id, createdAt, report }, this.keyOf);
  }
}
