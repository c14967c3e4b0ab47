import { Module } from '@nestjs/common';
import { BridgingModule } from '#bridging';
import { ChainModule } from '#chain';
import { ConfigModule } from '#config';
import { DatabaseModule } from '#database';
import { EmissionModule } from '#emission';
import { FarmsModule } from '#farms';
import { GovernanceModule } from '#governance';
import { IndexerModule } from '#indexer';
import { LedgerModule } from '#ledger';
import { MessagingModule } from '#messaging';
import { ObservabilityModule } from '#observability';
import { ReconcileModule } from '#reconcile';
import { RewardsModule } from '#rewards';
import { ChainsController } from './chains/chains.controller.js';
import { ChainLookup } from './deployment/chain-lookup.js';
import { FreshnessService } from './freshness/freshness.service.js';
import { EpochsController } from './emission/epochs.controller.js';
import { FarmsController } from './farms/farms.controller.js';
import { PositionsController } from './farms/positions.controller.js';
import { HealthController } from './health/health.controller.js';
import { HealthService } from './health/health.service.js';
import { JourneysController } from './journeys/journeys.controller.js';
import { LedgerController } from './ledger/ledger.controller.js';
import { CommandsController } from './commands/commands.controller.js';
import { MessagesController } from './messages/messages.controller.js';
import { ProposalsController } from './proposals/proposals.controller.js';
import { ReconciliationsController } from './reconciliations/reconciliations.controller.js';
import { RewardsController } from './rewards/rewards.controller.js';
import { StatementsController } from './statements/statements.controller.js';

/** The API reads what the worker writes; it indexes nothing and holds no key. */
@Module({
  imports: [
    ConfigModule.forRoot(),
    ObservabilityModule,
    DatabaseModule.forRoot(),
    ChainModule,
    IndexerModule.forRoot([]),
    LedgerModule,
    MessagingModule,
    FarmsModule,
    BridgingModule,
    EmissionModule,
    RewardsModule,
    ReconcileModule,
    GovernanceModule,
  ],
  controllers: [
    ChainsController,
    FarmsController,
    PositionsController,
    RewardsController,
    StatementsController,
    LedgerController,
    ReconciliationsController,
    MessagesController,
    CommandsController,
    JourneysController,
    EpochsController,
    ProposalsController,
    HealthController,
  ],
  providers: [ChainLookup, FreshnessService, HealthService],
})
export class AppModule {}
