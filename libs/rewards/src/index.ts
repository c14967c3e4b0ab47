export { EpochStatements, NoStatement } from './epoch-statements.service.js';
export { LedgerAuditor } from './ledger-auditor.service.js';
export { LedgerRebuilder, type RebuildReport } from './ledger-rebuilder.service.js';
export { readTransferFact } from './read-ledger-fact.js';
export { type PostingReport, PostingOvertaken, RewardsPoster } from './rewards-poster.service.js';
export { RewardsModule } from './rewards.module.js';
export {
  BlockUnknown,
  NotPostedYet,
  type PostingStatus,
  type RewardsDigest,
  RewardsService,
  type RewardView,
  type StatesDigest,
} from './rewards.service.js';
export { type AccrualBoundary, PostingCursorStore } from './storage/posting-cursor-store.js';
export {
  type StatedAccount,
  type StatedChain,
  type StatedLine,
  statementCsv,
  type UserStatement,
} from './domain/user-statement.js';
export { BadPeriod, type StatementPeriod, UserStatements } from './user-statements.service.js';
