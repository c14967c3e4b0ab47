import { errorAbi } from '#abi';
import { encodeErrorResult } from 'viem';
import { describe, expect, it } from 'vitest';
import { CallRefused, decodeRevert } from './refusal.js';

describe('decodeRevert', () => {
  it('names the error of one of our contracts with its arguments', () => {
    const data = encodeErrorResult({
      abi: errorAbi,
      errorName: 'Bridge_Expired',
      args: [5n],
    });
    const refused = new CallRefused('move position', decodeRevert(data));
    expect(refused.reason).toEqual({ errorName: 'Bridge_Expired', errorArgs: [5n] });
    expect(refused.message).toBe('move position is refused: Bridge_Expired("5")');
  });

  it('reads the reason of a plain revert', () => {
    const data =
      '0x08c379a00000000000000000000000000000000000000000000000000000000000000020' +
      '0000000000000000000000000000000000000000000000000000000000000002' +
      `6e6f${'00'.repeat(30)}`;
    expect(decodeRevert(`0x${data.slice(2)}`)).toEqual({ errorName: 'Error', errorArgs: ['no'] });
  });

  it('keeps data it cannot read', () => {
    expect(decodeRevert('0x12345678')).toEqual({
      errorName: 'UnknownError',
      errorArgs: ['0x12345678'],
    });
    expect(decodeRevert('0x')).toEqual({ errorName: 'Reverted', errorArgs: [] });
  });
});
