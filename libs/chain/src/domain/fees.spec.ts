import { describe, expect, it } from 'vitest';
import { chooseFees, FEE_PER_GAS_MAX_WEI } from './fees.js';

describe('chooseFees', () => {
  it('covers a doubling of the base fee on top of the tip', () => {
    expect(chooseFees({ baseFeeWei: 100n, suggestedTipWei: 7n })).toEqual({
      maxFeePerGas: 207n,
      maxPriorityFeePerGas: 7n,
    });
  });

  it('never offers more than the cap', () => {
    const fees = chooseFees({ baseFeeWei: FEE_PER_GAS_MAX_WEI - 10n, suggestedTipWei: 5n });
    expect(fees).toEqual({ maxFeePerGas: FEE_PER_GAS_MAX_WEI, maxPriorityFeePerGas: 5n });
  });

  it('offers nothing while the base fee with the tip is above the cap', () => {
    const fees = chooseFees({ baseFeeWei: FEE_PER_GAS_MAX_WEI, suggestedTipWei: 1n });
    expect(fees).toBeUndefined();
  });

  it('tips at least one wei where the node suggests nothing', () => {
    expect(chooseFees({ baseFeeWei: 0n, suggestedTipWei: 0n })).toEqual({
      maxFeePerGas: 1n,
      maxPriorityFeePerGas: 1n,
    });
  });
});
