import { ChainRegistry, NodeQuarantine } from '#chain';
import type { AppConfig } from '#config';
import { createLog } from '#observability';
import type { DataSource } from 'typeorm';
import { ChainLease } from '../chain-lease.js';
import { IndexerService } from '../indexer.service.js';
import type { LogProjector } from '../log-projector.js';
import { LogStore } from '../log-store.js';
import { ProjectorSet } from '../projector-set.js';
import { ChainWatchStore } from '../storage/chain-watch-store.js';
import { IndexWriter } from '../storage/index-writer.js';

export interface TestIndexer {
  readonly indexer: IndexerService;
  readonly logs: LogStore;
  /** Lets the chains go, so that another indexer can take them over. */
  readonly release: () => Promise<void>;
}

/** An indexer without a container around it, for tests and benchmarks; it logs nothing. */
export function createIndexer(options: {
  readonly config: AppConfig;
  readonly dataSource: DataSource;
  readonly projectors: readonly LogProjector[];
}): TestIndexer {
  const { config, dataSource, projectors } = options;
  const lease = new ChainLease(dataSource);
  const indexer = new IndexerService(
    new ChainRegistry(config),
    new IndexWriter(dataSource),
    lease,
    new ProjectorSet(projectors),
    new NodeQuarantine(dataSource),
    new ChainWatchStore(dataSource),
    createLog({ level: 'silent' }),
  );
  return { indexer, logs: new LogStore(dataSource), release: () => lease.release() };
}
