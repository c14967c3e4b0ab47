import { Global, Module } from '@nestjs/common';
import { JourneysProjector } from '#bridging';
import { ChainModule } from '#chain';
import { ConfigModule } from '#config';
import { DatabaseModule } from '#database';
import { FarmsProjector } from '#farms';
import { ProposalsProjector } from '#governance';
import { IndexerModule } from '#indexer';
import { CommandsProjector, MessagesProjector } from '#messaging';
import { createLog, Log } from '#observability';

/** Standard output belongs to the answer, so warnings go where errors go. */
@Global()
@Module({
  providers: [
    {
      provide: Log,
      useFactory: () => createLog({ level: 'warn', destination: process.stderr }),
    },
  ],
  exports: [Log],
})
class OperatorLogModule {}

/** What an operator works with on the machine of the service: its database and its chains. */
@Module({
  imports: [
    ConfigModule.forRoot(),
    OperatorLogModule,
    DatabaseModule.forRoot(),
    ChainModule,
    IndexerModule.forRoot([
      MessagesProjector,
      FarmsProjector,
      JourneysProjector,
      ProposalsProjector,
      CommandsProjector,
    ]),
  ],
})
export class OperatorModule {}
