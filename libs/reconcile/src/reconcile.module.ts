import { Module } from '@nestjs/common';
import { BridgingModule } from '#bridging';
import { FarmsModule } from '#farms';
import { LedgerModule } from '#ledger';
import { RewardsModule } from '#rewards';
import { ProjectionReader } from './projection-reader.js';
import { ReconcileService } from './reconcile.service.js';
import { ReconcileRunStore } from './storage/reconcile-run-store.js';

/** Needs the global modules of configuration, chains, database and index. */
@Module({
  imports: [BridgingModule, FarmsModule, LedgerModule, RewardsModule],
  providers: [ProjectionReader, ReconcileRunStore, ReconcileService],
  exports: [ReconcileService],
})
export class ReconcileModule {}
