import { Module } from '@nestjs/common';
import { BridgingModule } from '#bridging';
import { ChainModule } from '#chain';
import { ConfigModule } from '#config';
import { DatabaseModule } from '#database';
import { IndexerModule } from '#indexer';
import { LedgerModule } from '#ledger';
import { MessagingModule } from '#messaging';
import { ObservabilityModule } from '#observability';
import { ChainsController } from './chains/chains.controller.js';
import { ChainLookup } from './common/chain-lookup.js';
import { FreshnessService } from './common/freshness.service.js';
import { HealthController } from './health/health.controller.js';
import { HealthService } from './health/health.service.js';
import { JourneysController } from './journeys/journeys.controller.js';
import { LedgerController } from './ledger/ledger.controller.js';
import { MessagesController } from './messages/messages.controller.js';

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
    BridgingModule,
  ],
  controllers: [
    ChainsController,
    LedgerController,
    MessagesController,
    JourneysController,
    HealthController,
  ],
  providers: [ChainLookup, FreshnessService, HealthService],
})
export class AppModule {}
