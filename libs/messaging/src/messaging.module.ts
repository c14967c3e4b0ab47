import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CommandService } from './command.service.js';
import { MessageService } from './message.service.js';
import { PacketWitness } from './packet-witness.js';
import { PacketWitnessRow } from './storage/packet-witness.row.js';

/** Needs the modules of configuration, database and indexer, which are global. */
@Module({
  imports: [TypeOrmModule.forFeature([PacketWitnessRow])],
  providers: [CommandService, MessageService, PacketWitness],
  exports: [CommandService, MessageService, PacketWitness],
})
export class MessagingModule {}
