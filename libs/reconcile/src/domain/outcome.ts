import { assert } from '#kernel';

export const RECONCILE_OUTCOMES = ['equal', 'different', 'not-compared'] as const;

/**
 * Verdict over all chains. `different`: something compared differs. `not-compared`: nothing differs
 * so far, but some chain could not be compared in full, so it proves nothing.
 */
export type ReconcileOutcome = (typeof RECONCILE_OUTCOMES)[number];

/** Why a chain was not compared, or not in full. */
export type NotComparedReason = 'nothing-posted' | 'halted' | 'unreadable';

export interface NotCompared {
  readonly reason: NotComparedReason;
  readonly chainKey: string;
  /** The newest block our rows of the chain reach; null when they reach none. */
  readonly block: number | null;
  /** For a person: what is missing and what to do. */
  readonly sentence: string;
}

/** Says why a chain was not compared; `detail` is what halted it, for a halted chain. */
export function notCompared(
  facts: Omit<NotCompared, 'sentence'> & { readonly detail?: string | undefined },
): NotCompared {
  const { reason, chainKey, block, detail } = facts;
  return { reason, chainKey, block, sentence: sentenceOf({ reason, chainKey, block, detail }) };
}

function sentenceOf(facts: {
  readonly reason: NotComparedReason;
  readonly chainKey: string;
  readonly block: number | null;
  readonly detail: string | undefined;
}): string {
  const { reason, chainKey, detail } = facts;
  const at = facts.block === null ? '' : ` at block ${facts.block}`;
  switch (reason) {
    case 'nothing-posted':
      return (
        `Chain ${chainKey} was not compared: nothing of it is posted yet. ` +
        'See that the worker runs, and compare again.'
      );
    case 'halted':
      return (
        `Chain ${chainKey} is halted${at} and nothing newer was compared: ` +
        `${detail ?? 'no reason is stored'}. Remove the cause, resume it, and compare again.`
      );
    case 'unreadable':
      return (
        `Chain ${chainKey} was not compared${at}: its contracts could not be read there. ` +
        'See that an RPC endpoint of it answers and keeps that block, and compare again.'
      );
  }
}

/** Decides over all chains; one difference outweighs whatever was not compared. */
export function outcomeOf(facts: {
  /** Whether everything that was compared is equal. */
  readonly isEqual: boolean;
  readonly chains: readonly { readonly notCompared: NotCompared | null }[];
}): ReconcileOutcome {
  assert(facts.chains.length > 0, 'a deployment has chains');
  if (!facts.isEqual) return 'different';
  return facts.chains.every((chain) => chain.notCompared === null) ? 'equal' : 'not-compared';
}
