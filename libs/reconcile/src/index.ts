export { type ChainReconciliation } from './chain-result.js';
export { type ChainSupply, type SupplyReport } from './domain/compare-supply.js';
export { type ComparedFact, type Difference, type Divergence } from './domain/difference.js';
export {
  type NotCompared,
  type NotComparedReason,
  RECONCILE_OUTCOMES,
  type ReconcileOutcome,
} from './domain/outcome.js';
export { type Selection, SELECTION_MODES, type SelectionMode } from './domain/selection.js';
export { ReconcileModule } from './reconcile.module.js';
export { type ReconcileReport, ReconcileService } from './reconcile.service.js';
export { type ReconcileRun } from './storage/reconcile-run-store.js';
