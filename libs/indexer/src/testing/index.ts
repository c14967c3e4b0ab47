export { createIndexer, type TestIndexer } from './create-indexer.js';
export { WatchedChain } from './watched-chain.js';
