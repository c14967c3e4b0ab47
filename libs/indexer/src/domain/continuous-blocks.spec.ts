import type { BlockRef } from '#chain';
import type { Hex } from '#kernel';
import { describe, expect, it } from 'vitest';
import { continuousBlocks } from './continuous-blocks.js';

const block = (number: number, hash: Hex, parentHash: Hex): BlockRef => ({
  number,
  hash,
  parentHash,
  timestamp: number,
});

describe('continuousBlocks', () => {
  const parent = { number: 4, hash: '0x04' } as const;
  const five = block(5, '0x05', '0x04');
  const six = block(6, '0x06', '0x05');

  it('keeps headers that follow from one another', () => {
    expect(continuousBlocks(parent, [five, six])).toEqual([five, six]);
  });

  it.each([
    ['of another fork', block(6, '0x16', '0x15')],
    ['of another height', block(7, '0x06', '0x05')],
    ['the node does not have', undefined],
  ])('stops before a header %s', (_what, header) => {
    expect(continuousBlocks(parent, [five, header, six])).toEqual([five]);
  });

  it('keeps nothing when the first does not follow from the parent', () => {
    expect(continuousBlocks({ number: 4, hash: '0x14' }, [five, six])).toEqual([]);
  });
});
