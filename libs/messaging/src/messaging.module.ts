import { Module } from '@nestjs/common';
import { MessageService } from './message.service.js';
import { PacketWitness } from './packet-witness.js';

/** Needs the modules of configuration, database and indexer, which are global. */
@Module({
  providers: [MessageService, PacketWitness],
  exports: [MessageService, PacketWitness],
})
export class MessagingModule {}
