import { canonicalJson } from '#kernel';
import type { Answer } from '../answer.js';
import { badInput } from '../cli-error.js';

export interface RecomputeCheck {
  readonly what: string;
  readonly isOk: boolean;
  readonly expected: string;
  readonly actual: string;
}

export interface Verdict {
  readonly epoch: number | null;
  readonly isReproducible: boolean;
  readonly checks: readonly RecomputeCheck[];
}

/**
 * Decides an epoch again from its evidence without asking anyone: the evidence hashes to what the
 * chain recorded, and the policy gives the targets the chain recorded.
 *
 * @throws {CliError} when the API holds no evidence of the epoch.
 */
export async function recomputeEpoch(epoch: Answer): Promise<Verdict> {
  const bundle = epoch.raw('evidence');
  if (bundle === null || bundle === undefined) {
    throw badInput(
      `Epoch ${epoch.count('epoch') ?? '?'} has no stored evidence here; ` +
        'ask the operator whose worker decided it.',
      'epoch.no-evidence',
    );
  }
  const text = canonicalJson(bundle);
  // Loaded here because every other command works without the policy.
  const { parseEvidence, recomputeEvidence } = await import('#emission');
  const evidence = parseEvidence(text);
  const recomputed = recomputeEvidence(text);
  const computed = targetsText(recomputed.targets);
  const checks = [
    check({
      what: 'the evidence hashes to the hash on chain',
      expected: epoch.text('evidenceHash') ?? 'unknown',
      actual: recomputed.evidenceHash,
    }),
    check({
      what: 'the evidence is about this epoch and revision',
      expected: `${epoch.count('epoch') ?? '?'} revision ${epoch.count('revision') ?? '?'}`,
      actual: `${evidence.epoch} revision ${evidence.revision}`,
    }),
    check({
      what: 'the policy gives the targets in the evidence',
      expected: targetsText(evidence.targets),
      actual: computed,
    }),
    check({
      what: 'the policy gives the targets on chain',
      expected: targetsText(epoch.list('targets').map(targetOf)),
      actual: computed,
    }),
  ];
  return {
    epoch: epoch.count('epoch') ?? null,
    isReproducible: checks.every(({ isOk }) => isOk),
    checks,
  };
}

interface Target {
  readonly eid: number;
  readonly farmId: number;
  readonly amountSD: bigint;
}

function targetOf(row: Answer): Target {
  return {
    eid: row.count('eid') ?? 0,
    farmId: row.count('farmId') ?? 0,
    amountSD: row.amount('amountSD') ?? -1n,
  };
}

function targetsText(targets: readonly Target[]): string {
  return targets.map(({ eid, farmId, amountSD }) => `${eid}:${farmId}=${amountSD}`).join(' ');
}

function check(options: {
  readonly what: string;
  readonly expected: string;
  readonly actual: string;
}): RecomputeCheck {
  return { ...options, isOk: options.expected === options.actual };
}
