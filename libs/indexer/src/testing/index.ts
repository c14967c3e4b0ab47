export { createIndexer, type TestIndexer } from './create-indexer.js';
