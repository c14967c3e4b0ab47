import { describe, expect, it } from 'vitest';
import { effectProblems, handlerFunctions, readSums } from './effects.js';

const FARM = 'contracts/test/invariant/FarmHandler.sol:FarmHandler';

function campaign(functions: Readonly<Record<string, number>>) {
  return {
    contract: 'FarmInvariant.t.sol:FarmInvariantTest',
    name: 'invariant_All',
    isPassed: true,
    reason: '',
    campaign: {
      calls: 40,
      reverts: 0,
      functions: Object.fromEntries(
        Object.entries(functions).map(([name, calls]) => [`${FARM}.${name}`, { calls }]),
      ),
    },
  };
}

const selectorsOf = () => ({ 'stake(uint256)': 'aaaaaaaa', 'claim()': 'bbbbbbbb' });

describe('readSums', () => {
  it('keeps the last line of every function', () => {
    const sums = readSums('FarmHandler_0xaaaaaaaa 10 3\nFarmHandler_0xaaaaaaaa 30 9\n');
    expect([...sums]).toEqual([['FarmHandler_0xaaaaaaaa', { counted: 30, changed: 9 }]]);
  });
});

describe('handlerFunctions', () => {
  it('adds the campaigns up and lists the least effective function first', () => {
    const sums = readSums('FarmHandler_0xaaaaaaaa 30 9\nFarmHandler_0xbbbbbbbb 40 1\n');
    const tests = [campaign({ stake: 15, claim: 20 }), campaign({ stake: 15, claim: 20 })];
    expect(handlerFunctions({ tests, sums, selectorsOf })).toEqual([
      { name: 'FarmHandler.claim', calls: 40, effects: { counted: 40, changed: 1 } },
      { name: 'FarmHandler.stake', calls: 30, effects: { counted: 30, changed: 9 } },
    ]);
  });
});

describe('effectProblems', () => {
  it('accepts one effect in twenty calls', () => {
    const effects = { counted: 20, changed: 1 };
    expect(effectProblems([{ name: 'H.f', calls: 20, effects }])).toEqual([]);
  });

  it('names functions below that, uncounted ones and a suite without handlers', () => {
    const effects = { counted: 21, changed: 1 };
    const functions = [
      { name: 'H.f', calls: 21, effects },
      { name: 'H.g', calls: 21, effects: undefined },
    ];
    expect(effectProblems(functions)).toEqual([
      'H.f changed the system in 1 of 21 calls, less than 5 %',
      'H.g does not count its effects',
    ]);
    expect(effectProblems([])).toEqual(['no handler was called']);
  });
});
