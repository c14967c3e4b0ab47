import { canonicalJson } from '#kernel';
import { allocate } from './allocate.js';
import type { ChainFacts, Policy } from './facts.js';
import type { EmissionParameters, Target } from './parameters.js';

export const EVIDENCE_VERSION = 1;

/** Everything a decision was computed from, and what came out: anyone can compute it again. */
export interface Evidence {
  readonly version: typeof EVIDENCE_VERSION;
  readonly epoch: number;
  readonly revision: number;
  readonly policy: Policy;
  readonly facts: readonly ChainFacts[];
  readonly parameters: EmissionParameters;
  readonly targets: readonly Target[];
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
  return canonicalJson(evidence);
}

/** The targets the facts and parameters of `evidence` give; equal to its own when it is honest. */
export function recompute(evidence: Evidence): readonly Target[] {
  return allocate(evidence);
}
