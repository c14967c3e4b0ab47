export { ConflictingBounds } from './domain/allocate.js';
export { type Evidence, recompute } from './domain/evidence.js';
export { type ChainFacts, type FarmFacts, type Policy } from './domain/facts.js';
export { MalformedEvidence, parseEvidence } from './domain/parse-evidence.js';
export { type EmissionParameters, type FarmLimits, type Target } from './domain/parameters.js';
export { EmissionModule } from './emission.module.js';
export { EpochJob } from './epoch.job.js';
export {
  type DecidedEpochView,
  type EpochClock,
  EpochsService,
  recomputeEvidence,
  type Recomputation,
} from './epochs.service.js';
export { evidenceHashOf } from './evidence-hash.js';
export { type AnchorReading, LedgerAnchors } from './ledger-anchors.service.js';
