import { Module } from '@nestjs/common';
import { MessagingModule } from '#messaging';
import { JourneyService } from './journey.service.js';

/** Needs the modules of configuration, database and indexer, which are global. */
@Module({
  imports: [MessagingModule],
  providers: [JourneyService],
  exports: [JourneyService],
})
export class BridgingModule {}
