import { describe, expect, it } from 'vitest';
import { type Evidence, recomputeEvidence } from '#emission';
import { canonicalJson } from '#kernel';
import { Answer } from '../answer.js';
import { recomputeEpoch } from './recompute-epoch.js';

const BLOCK = { number: 120, hash: `0x${'ab'.repeat(32)}`, timestamp: 1_795_000_060 } as const;

const farm = (staked: bigint) => ({
  farmId: 1,
  isActive: true,
  staked,
  stakeDecimals: 18,
  valuePerTokenMicro: 1_000_000n,
});
const limits = (eid: number) => ({ eid, farmId: 1, minBps: 0, maxBps: 10_000, previousSD: null });

/** Two farms on two chains, 300 and 100 staked tokens of one dollar. */
function anEvidence(changes: Partial<Evidence> = {}): Evidence {
  return {
    version: 1,
    epoch: 7,
    revision: 1,
    policy: { kind: 'tvl-weighted' },
    facts: [
      {
        chainKey: 'hub',
        chainId: 900_101,
        eid: 50_121,
        block: BLOCK,
        missing: null,
        farms: [farm(300n * 10n ** 18n)],
      },
      {
        chainKey: 'alpha',
        chainId: 900_231,
        eid: 50_231,
        block: BLOCK,
        missing: null,
        farms: [farm(100n * 10n ** 18n)],
      },
    ],
    parameters: {
      budgetSD: 1_000_000_000n,
      previousBudgetSD: 0n,
      maxChangeBps: 10_000,
      chains: [
        { eid: 50_121, maxBps: 10_000 },
        { eid: 50_231, maxBps: 10_000 },
      ],
      farms: [limits(50_121), limits(50_231)],
    },
    targets: [],
    ledger: null,
    ...changes,
  };
}

/** The API's answer for an epoch that was decided from `evidence`. */
function anEpoch(evidence: Evidence): Record<string, unknown> {
  const text = canonicalJson(evidence);
  return {
    epoch: evidence.epoch,
    revision: evidence.revision,
    evidenceHash: recomputeEvidence(text).evidenceHash,
    targets: JSON.parse(canonicalJson(evidence.targets)),
    evidence: JSON.parse(text),
  };
}

const honest = anEvidence({ targets: recomputeEvidence(canonicalJson(anEvidence())).targets });
const failedChecks = async (epoch: Record<string, unknown>) => {
  const { checks, isReproducible } = await recomputeEpoch(Answer.of(epoch));
  expect(isReproducible).toBe(checks.every(({ isOk }) => isOk));
  return checks.filter(({ isOk }) => !isOk).map(({ what }) => what);
};

describe('recomputeEpoch', () => {
  it('reproduces an honest decision', async () => {
    expect(honest.targets.map(({ amountSD }) => amountSD)).toEqual([750_000_000n, 250_000_000n]);
    expect(await failedChecks(anEpoch(honest))).toEqual([]);
  });

  it('notices evidence that is not what the chain recorded', async () => {
    const epoch = { ...anEpoch(honest), evidenceHash: `0x${'00'.repeat(32)}` };
    expect(await failedChecks(epoch)).toEqual(['the evidence hashes to the hash on chain']);
  });

  it('notices targets that do not follow from the facts', async () => {
    const [first, ...rest] = honest.targets;
    const bent = first === undefined ? [] : [{ ...first, amountSD: first.amountSD + 1n }, ...rest];
    expect(await failedChecks(anEpoch({ ...honest, targets: bent }))).toEqual([
      'the policy gives the targets in the evidence',
      'the policy gives the targets on chain',
    ]);
  });

  it('notices targets on chain that are not those of the evidence', async () => {
    const epoch = { ...anEpoch(honest), targets: [{ eid: 50_121, farmId: 1, amountSD: '1' }] };
    expect(await failedChecks(epoch)).toEqual(['the policy gives the targets on chain']);
  });

  it('notices evidence of another epoch', async () => {
    const epoch = { ...anEpoch(honest), epoch: 8 };
    expect(await failedChecks(epoch)).toEqual(['the evidence is about this epoch and revision']);
  });

  it('says that it has no evidence, which proves nothing', async () => {
    await expect(recomputeEpoch(Answer.of({ epoch: 7, evidence: null }))).rejects.toThrow(
      'Epoch 7 has no stored evidence here',
    );
  });
});
