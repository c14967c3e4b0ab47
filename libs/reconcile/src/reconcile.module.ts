import { Module } from '@nestjs/common';
import { FarmsModule } from '#farms';
import { LedgerModule } from '#ledger';
import { RewardsModule } from '#rewards';
import { ReconcileService } from './reconcile.service.js';
import { ReconcileRunStore } from './storage/reconcile-run-store.js';

/** Needs the global modules of configuration, chains, database and index. */
@Module({
  imports: [FarmsModule, LedgerModule, RewardsModule],
  providers: [ReconcileRunStore, ReconcileService],
  exports: [ReconcileService],
})
export class ReconcileModule {}
