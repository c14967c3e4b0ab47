import { FarmsModule } from '#farms';
import { Module } from '@nestjs/common';
import { ControllerReader } from './controller-reader.js';
import { DecisionStore } from './decision-store.js';
import { EpochJob } from './epoch.job.js';
import { EpochsService } from './epochs.service.js';
import { FactsService } from './facts.service.js';

/** Needs the modules of configuration, chain, database and indexer, which are global. */
@Module({
  imports: [FarmsModule],
  providers: [ControllerReader, DecisionStore, FactsService, EpochJob, EpochsService],
  exports: [EpochJob, EpochsService],
})
export class EmissionModule {}
