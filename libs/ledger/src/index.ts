export { ACCOUNT_KINDS, type AccountKind, accountKindOf, mayOverdraw } from './domain/accounts.js';
export { differenceOf, type JournalDifference } from './domain/journal-difference.js';
export { JournalConflict } from './domain/errors.js';
export {
  type ChainHead,
  epochRootOf,
  type EpochStatement,
  type LiabilityTotals,
} from './domain/epoch-root.js';
export {
  type AccountRef,
  GENESIS_HASH,
  type JournalDraft,
  journalPreimage,
  movement,
  type PostingDraft,
} from './domain/journal.js';
export {
  explainProof,
  type LiabilityClaim,
  type LiabilityProof,
  parseStatement,
  PROOF_FORMAT,
  proofText,
  verifyLiabilityProof,
} from './domain/liability-proof.js';
export { BadProof } from './domain/proof-field.js';
export { type Keccak, type Liability, owedOf, SumTree, SumTreeWriter } from './domain/sum-tree.js';
export {
  type ChainDigest,
  type LedgerDigest,
  type LedgerFault,
  type UptoBlocks,
  type VerifyResult,
} from './ledger-audit.js';
export { sha256Of } from './journal-hash.js';
export { openKeccak } from './keccak.js';
export {
  type Hold,
  HOLD_SCOPES,
  type HoldDraft,
  HoldStore,
  type HoldScope,
} from './storage/hold-store.js';
export { LedgerModule } from './ledger.module.js';
export { LedgerService } from './ledger.service.js';
export {
  type AccountTotal,
  type BalanceFilter,
  type BalanceView,
  type TrialBalanceLine,
} from './storage/balance-reader.js';
export { type AccountFunds, type UserFunds } from './storage/funds-reader.js';
export { type KindSum, type MovementRow, type UserAccounts } from './storage/movement-reader.js';
export { type StoredStatement } from './storage/statement-store.js';
export { type JournalView, type PostingView } from './storage/journal-reader.js';
export { type PostResult } from './storage/journal-writer.js';
