import { describe, expect, it } from 'vitest';
import { fateOf } from './intent-fate.js';

const receipt = { blockNumber: 8, blockHash: '0xaa', hasReverted: false } as const;

describe('fateOf', () => {
  it('goes back to signed when there is no receipt', () => {
    expect(fateOf(undefined, 10)).toEqual({
      state: 'signed',
      hasReverted: false,
      blockNumber: null,
      blockHash: null,
    });
  });

  it.each([
    { finalizedBlock: 7, hasReverted: false, state: 'mined' },
    { finalizedBlock: 8, hasReverted: false, state: 'final' },
    { finalizedBlock: 7, hasReverted: true, state: 'mined' },
    { finalizedBlock: 8, hasReverted: true, state: 'reverted' },
  ])('is $state at finalized $finalizedBlock, reverted: $hasReverted', (example) => {
    const { finalizedBlock, hasReverted, state } = example;
    expect(fateOf({ ...receipt, hasReverted }, finalizedBlock)).toEqual({
      ...receipt,
      hasReverted,
      state,
    });
  });
});
