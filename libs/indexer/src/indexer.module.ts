import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { NodeQuarantine } from '#chain';
import { ChainLease } from './chain-lease.js';
import { IndexerService } from './indexer.service.js';
import type { LogProjector } from './log-projector.js';
import { LogStore } from './log-store.js';
import { ProjectorSet } from './projector-set.js';
import { BlockRow } from './storage/block.row.js';
import { ChainCursorRow } from './storage/chain-cursor.row.js';
import { ChainWatchRow } from './storage/chain-watch.row.js';
import { ChainWatchStore } from './storage/chain-watch-store.js';
import { ContractSequenceRow } from './storage/contract-sequence.row.js';
import { IndexWriter } from './storage/index-writer.js';
import { LogSubjectRow } from './storage/log-subject.row.js';
import { RawLogRow } from './storage/raw-log.row.js';
import { ReorgRow } from './storage/reorg.row.js';

const ROWS = [
  ChainCursorRow,
  ChainWatchRow,
  BlockRow,
  RawLogRow,
  LogSubjectRow,
  ContractSequenceRow,
  ReorgRow,
];

@Module({})
export class IndexerModule {
  /**
   * Provides `LogStore`, `IndexerService` and `NodeQuarantine` to every module. A process that only reads needs no
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
      imports: [TypeOrmModule.forFeature(ROWS)],
      providers: [
        ...projectors,
        set,
        ChainLease,
        ChainWatchStore,
        IndexWriter,
        IndexerService,
        LogStore,
        NodeQuarantine,
      ],
      exports: [IndexerService, LogStore, NodeQuarantine],
    };
  }
}
