import { BridgingModule, JourneysProjector } from '#bridging';
import { ChainModule } from '#chain';
import { ConfigModule } from '#config';
import { DatabaseModule } from '#database';
import { EmissionModule } from '#emission';
import { FarmsModule, FarmsProjector } from '#farms';
import { GovernanceModule, ProposalsProjector } from '#governance';
import { IndexerModule } from '#indexer';
import { LedgerModule } from '#ledger';
import { CommandsProjector, MessagesProjector, MessagingModule } from '#messaging';
import { ObservabilityModule } from '#observability';
import { ReconcileModule } from '#reconcile';
import { RewardsModule } from '#rewards';
import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { ChainRound } from './chain-round.service.js';
import { LeaderLock } from './leader-lock.js';
import { ReconcileRound } from './reconcile-round.service.js';
import { WorkerService } from './worker.service.js';

/** The one process that writes: it indexes, posts, decides, sends and reconciles. */
@Module({
  imports: [
    ConfigModule.forRoot(),
    ObservabilityModule,
    DatabaseModule.forRoot(),
    ChainModule,
    IndexerModule.forRoot([
      MessagesProjector,
      FarmsProjector,
      JourneysProjector,
      ProposalsProjector,
      CommandsProjector,
    ]),
    LedgerModule,
    MessagingModule,
    FarmsModule,
    BridgingModule,
    EmissionModule,
    RewardsModule,
    GovernanceModule,
    ReconcileModule,
    ScheduleModule.forRoot(),
  ],
  providers: [ChainRound, ReconcileRound, LeaderLock, WorkerService],
})
export class WorkerModule {}
