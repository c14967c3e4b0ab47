export { NodeBehind } from './chain-reader.js';
export { MissingLog } from './domain/sequence-check.js';
export { IndexerModule } from './indexer.module.js';
export {
  IndexerService,
  type Resumption,
  SourcesChanged,
  type TickReport,
} from './indexer.service.js';
export { LogProjector, type LogSequence, type LogSource } from './log-projector.js';
export {
  type ChainCursor,
  type ChainWatch,
  type IndexedLog,
  LogStore,
  type Reorg,
} from './log-store.js';
