import { encodeErrorResult } from 'viem';
import { describe, expect, it } from 'vitest';
import { errorAbi } from '#abi';
import { toHex } from '#kernel';
import { describeRevert } from './describe-revert.js';

describe('describeRevert', () => {
  it('names a known error with its arguments', () => {
    const data = encodeErrorResult({
      abi: errorAbi,
      errorName: 'Farms_NotActive',
      args: [4, 2],
    });
    expect(describeRevert(toHex(data))).toBe('Farms_NotActive(4, 2)');
  });

  it.each([
    ['0x', 'no reason given: most likely too little gas'],
    ['0xdeadbeef00', 'unknown error 0xdeadbeef'],
    ['0xde', 'unknown error 0xde'],
  ])('describes %s', (data, text) => {
    expect(describeRevert(toHex(data))).toBe(text);
  });

  it('calls a known error with cut-off arguments unknown', () => {
    const data = encodeErrorResult({ abi: errorAbi, errorName: 'Farms_NotActive', args: [4, 2] });
    expect(describeRevert(toHex(data.slice(0, 20)))).toMatch(/^unknown error 0x/);
  });
});
