import { describe, expect, it } from 'vitest';
import { readForgeReport } from './forge-report.js';

const campaign = { calls: 128, reverts: 0, metrics: { 'A.sol:Handler.stake': { calls: 128 } } };

function report(test: object): string {
  return `Compiling\n${JSON.stringify({ 'A.t.sol:A': { test_results: { 'invariant_X()': test } } })}`;
}

describe('readForgeReport', () => {
  it('takes what is no report for a compilation that failed', () => {
    expect(readForgeReport('Error: expected ;')).toBeUndefined();
  });

  it('tells after how many calls a history failed', () => {
    const text = report({
      status: 'Failure',
      reason: 'sum: 1 != 2\nmore',
      counterexample: { Sequence: [2, [{}, {}]] },
      kind: { Invariant: campaign },
    });
    expect(readForgeReport(text)).toEqual([
      {
        contract: 'A.t.sol:A',
        name: 'invariant_X',
        isPassed: false,
        reason: 'sum: 1 != 2 more',
        campaign: { calls: 128, reverts: 0, functions: campaign.metrics },
        failedAfter: 2,
      },
    ]);
  });

  it('tells that none was needed where nothing but the set-up came before', () => {
    const text = report({ status: 'Failure', reason: 'x', kind: { Invariant: campaign } });
    expect(readForgeReport(text)?.[0]?.failedAfter).toBe(0);
  });
});
