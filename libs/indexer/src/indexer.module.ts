import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { ChainLease } from './chain-lease.js';
import { IndexerService } from './indexer.service.js';
import type { LogProjector } from './log-projector.js';
import { LogStore } from './log-store.js';
import { ProjectorSet } from './projector-set.js';
import { IndexWriter } from './storage/index-writer.js';

@Module({})
export class IndexerModule {
  /**
   * Provides `LogStore` and `IndexerService` to every module. A process that only reads needs no
   * projectors. Needs the global `ChainRegistry`, `DataSource` and `Log`.
   */
  static forRoot(projectors: readonly Type<LogProjector>[]): DynamicModule {
    const set = {
      provide: ProjectorSet,
      inject: [...projectors],
      useFactory: (...instances: LogProjector[]) => new ProjectorSet(instances),
    };
    return {
      module: IndexerModule,
      global: true,
      providers: [...projectors, set, ChainLease, IndexWriter, IndexerService, LogStore],
      exports: [IndexerService, LogStore],
    };
  }
}
