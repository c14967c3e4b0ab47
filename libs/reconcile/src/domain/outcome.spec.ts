import { describe, expect, it } from 'vitest';
import { notCompared, outcomeOf } from './outcome.js';

const compared = { notCompared: null };
const missing = {
  notCompared: notCompared({ reason: 'unreadable', chainKey: 'alpha', block: 7 }),
};

describe('outcomeOf', () => {
  it('is equal only when every chain was compared and nothing differs', () => {
    expect([
      outcomeOf({ isEqual: true, chains: [compared, compared] }),
      outcomeOf({ isEqual: true, chains: [compared, missing] }),
      outcomeOf({ isEqual: false, chains: [compared, compared] }),
      outcomeOf({ isEqual: false, chains: [compared, missing] }),
    ]).toEqual(['equal', 'not-compared', 'different', 'different']);
  });
});

describe('notCompared', () => {
  it('names chain, block and what to do', () => {
    const facts = { chainKey: 'beta', block: 42 } as const;
    const sentences = (['nothing-posted', 'halted', 'unreadable'] as const).map(
      (reason) => notCompared({ ...facts, reason }).sentence,
    );
    for (const sentence of sentences) {
      expect(sentence).toMatch(/chain beta .*compare again/iu);
    }
  });

  it('says what halted a chain', () => {
    const { sentence } = notCompared({
      reason: 'halted',
      chainKey: 'beta',
      block: 42,
      detail: 'block 40 was replaced',
    });
    expect(sentence).toContain('block 40 was replaced');
  });
});
