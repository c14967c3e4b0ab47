import { canonicalJson } from '#kernel';
import { type StoredStatement } from '#ledger';
import { allocate } from './allocate.js';
import type { ChainFacts, Policy } from './facts.js';
import type { EmissionParameters, Target } from './parameters.js';

/**
 * Version of new evidence. 2 says `null` where 1 said `0` of a farm without a declared value; 3
 * names the budget that targets are compared with; 4 carries what the books said of an epoch before.
 */
export const EVIDENCE_VERSION = 4;

/** Versions that were ever stored: their hashes are on chain, so each stays readable. */
export const EVIDENCE_VERSIONS = [1, 2, 3, EVIDENCE_VERSION] as const;

/** Everything a decision was computed from, and what came out: anyone can compute it again. */
export interface Evidence {
  readonly version: (typeof EVIDENCE_VERSIONS)[number];
  readonly epoch: number;
  readonly revision: number;
  readonly policy: Policy;
  readonly facts: readonly ChainFacts[];
  readonly parameters: EmissionParameters;
  readonly targets: readonly Target[];
  /**
   * What the books said at the end of the newest epoch that was over on every chain. No target
   * depends on it: it is here to be committed to outside of the database. `null` before the first
   * one, and before version 4.
   */
  readonly ledger: StoredStatement | null;
}

/**
 * Decides an epoch and says from what.
 *
 * @throws {ConflictingBounds} when the controller would accept no targets at all.
 */
export function decide(inputs: Omit<Evidence, 'version' | 'targets'>): Evidence {
  return { version: EVIDENCE_VERSION, ...inputs, targets: allocate(inputs) };
}

/** The text whose keccak256 goes on chain with the decision. */
export function evidenceText(evidence: Evidence): string {
  const { previousBudgetSD, ...earlier } = evidence.parameters;
  const parameters = evidence.version < 3 ? earlier : { previousBudgetSD, ...earlier };
  const { ledger, ...decided } = evidence;
  const committed = evidence.version < 4 ? decided : { ledger, ...decided };
  return canonicalJson({ ...committed, parameters });
}

/** The targets the facts and parameters of `evidence` give; equal to its own when it is honest. */
export function recompute(evidence: Evidence): readonly Target[] {
  return allocate(evidence);
}
