import { Module } from '@nestjs/common';
import { EmissionsReader } from './emissions-reader.js';
import { FarmBookReader } from './farm-book-reader.js';
import { FarmsService } from './farms.service.js';
import { FarmStateStore } from './storage/farm-state-store.js';

/** Needs the global modules of configuration, chains, database and index. */
@Module({
  providers: [EmissionsReader, FarmBookReader, FarmsService, FarmStateStore],
  exports: [EmissionsReader, FarmBookReader, FarmsService, FarmStateStore],
})
export class FarmsModule {}
