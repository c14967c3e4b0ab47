export { ChainClient } from './chain-client.js';
export { ChainNode, type LogFilter } from './chain-node.js';
export { type ChainView, NoQuorum } from './chain-quorum.js';
export { ChainRegistry, UnknownChain } from './chain-registry.js';
export { ChainModule } from './chain.module.js';
export { checkWiring, type UncheckedChain, WrongWiring } from './check-wiring.js';
export type { BlockRef, ChainLog } from './domain/chain-log.js';
export type { Contradiction } from './domain/contradiction.js';
export type { TxIntentState } from './domain/intent-fate.js';
export { CallRefused, decodeRevert, type RevertReason } from './domain/refusal.js';
export { AnswerTooLong, type ProvenRange, type RangeRequest } from './range-reader.js';
export { NodeQuarantine, type QuarantinedNode } from './storage/node-quarantine.js';
export {
  NoSigner,
  TransactionSender,
  type TxIntent,
  type TxRequest,
} from './transaction-sender.service.js';
