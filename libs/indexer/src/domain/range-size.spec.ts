import { describe, expect, it } from 'vitest';
import { RangeSize } from './range-size.js';

describe('RangeSize', () => {
  it('grows while ranges are light, up to its maximum', () => {
    const range = new RangeSize();
    const sizes = Array.from({ length: 8 }, () => {
      range.delivered(0);
      return range.blocks;
    });
    expect(sizes).toEqual([200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
  });

  it('stays when a range is neither light nor heavy and shrinks when it is heavy', () => {
    const range = new RangeSize();
    range.delivered(4_000);
    expect(range.blocks).toBe(100);
    range.delivered(5_001);
    expect(range.blocks).toBe(50);
  });

  it('shrinks with every failure, down to one block', () => {
    const range = new RangeSize();
    for (let failures = 0; failures < 20; failures += 1) range.failed();
    expect(range.blocks).toBe(1);
  });
});
