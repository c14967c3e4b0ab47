import { Module } from '@nestjs/common';
import { BridgingModule } from '#bridging';
import { FarmsModule } from '#farms';
import { GovernanceModule } from '#governance';
import { LedgerModule } from '#ledger';
import { RewardsModule } from '#rewards';
import { ChainComparer } from './chain-comparer.js';
import { DivergenceFinder } from './divergence-finder.js';
import { HoldKeeper } from './hold-keeper.js';
import { ProjectionReader } from './projection-reader.service.js';
import { ReconcileService } from './reconcile.service.js';
import { RowReader } from './row-reader.service.js';
import { PairSource } from './storage/pair-source.js';
import { ReconcileRunStore } from './storage/reconcile-run-store.js';
import { VerifiedStore } from './storage/verified-store.js';
import { SupplyReader } from './supply-reader.js';

/** Needs the global modules of configuration, chains, database and index. */
@Module({
  imports: [BridgingModule, FarmsModule, GovernanceModule, LedgerModule, RewardsModule],
  providers: [
    ChainComparer,
    DivergenceFinder,
    HoldKeeper,
    PairSource,
    ProjectionReader,
    ReconcileRunStore,
    ReconcileService,
    RowReader,
    SupplyReader,
    VerifiedStore,
  ],
  exports: [ReconcileService],
})
export class ReconcileModule {}
