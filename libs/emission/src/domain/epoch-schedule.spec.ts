import { describe, expect, it } from 'vitest';
import { type ChainFreshness, readinessOf } from './epoch-schedule.js';

const aChain = (fields: Partial<ChainFreshness> = {}): ChainFreshness => ({
  key: 'alpha',
  isHub: false,
  isHalted: false,
  isHeld: false,
  finalizedTimestamp: 995,
  ...fields,
});
const hub = aChain({ key: 'hub', isHub: true });
const at = (hubTimestamp: number, chains: readonly ChainFreshness[]) =>
  readinessOf({ hubTimestamp, epochStart: 990, epochSeconds: 60, chains });

describe('readinessOf', () => {
  it('decides at once when every chain is fresh', () => {
    expect(at(1_000, [hub, aChain()])).toEqual({ kind: 'decide', missing: new Map() });
  });

  it.each([
    ['is halted', { isHalted: true }],
    ['is on hold', { isHeld: true }],
    ['is behind', { finalizedTimestamp: 984 }],
    ['has no finalized block yet', { finalizedTimestamp: null }],
  ])('waits through the grace time for a chain that %s, then leaves it out', (reason, fields) => {
    const chains = [hub, aChain(fields)];
    expect(at(1_000, chains)).toEqual({ kind: 'wait', reason: `chain alpha ${reason}` });
    expect(at(1_005, chains)).toEqual({ kind: 'decide', missing: new Map([['alpha', reason]]) });
  });

  it('never decides without the hub', () => {
    expect(at(2_000, [{ ...hub, finalizedTimestamp: 1_000 }, aChain()])).toEqual({
      kind: 'wait',
      reason: 'the hub is behind',
    });
  });
});
