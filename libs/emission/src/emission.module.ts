import { FarmsModule } from '#farms';
import { LedgerModule } from '#ledger';
import { Module } from '@nestjs/common';
import { ControllerReader } from './controller-reader.js';
import { DecisionStore } from './decision-store.js';
import { EmissionHolds } from './emission-holds.js';
import { EpochJob } from './epoch.job.js';
import { EpochsService } from './epochs.service.js';
import { FactsService } from './facts.service.js';
import { LedgerAnchors } from './ledger-anchors.service.js';

/** Needs the modules of configuration, chain, database and indexer, which are global. */
@Module({
  imports: [FarmsModule, LedgerModule],
  providers: [
    ControllerReader,
    DecisionStore,
    EmissionHolds,
    FactsService,
    EpochJob,
    EpochsService,
    LedgerAnchors,
  ],
  exports: [EpochJob, EpochsService, LedgerAnchors],
})
export class EmissionModule {}
