import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endOfEpoch, epochEndingAfter } from './epoch-grid.js';

const grid = { genesis: 1_795_000_000, durationSeconds: 60 };

describe('epochEndingAfter', () => {
  it('finds the first end that is still to come, to the second', () => {
    const epochs = [-500, -1, 0, 59, 60, 61, 119, 120].map((offset) =>
      epochEndingAfter(grid, grid.genesis + offset),
    );
    expect(epochs).toEqual([1, 1, 1, 1, 2, 2, 2, 3]);
  });

  it('is the inverse of endOfEpoch', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), (epoch) => {
        expect(epochEndingAfter(grid, endOfEpoch(grid, epoch) - 1)).toBe(epoch);
        expect(epochEndingAfter(grid, endOfEpoch(grid, epoch))).toBe(epoch + 1);
      }),
    );
  });
});
