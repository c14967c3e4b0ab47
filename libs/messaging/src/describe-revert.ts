import { decodeRevert } from '#chain';
import type { Hex } from '#kernel';
import { BaseError } from 'viem';

/**
 * Names the reason in revert data, such as `Controller_IsPaused()`.
 *
 * Empty data is how a call that runs out of gas ends, so that is what it is called. The data may
 * come from any contract, so bytes that only look like a known error are named unknown.
 */
export function describeRevert(data: Hex): string {
  if (data === '0x') return 'no reason given: most likely too little gas';
  try {
    const { errorName, errorArgs } = decodeRevert(data);
    return errorName === 'UnknownError'
      ? unknown(data)
      : `${errorName}(${errorArgs.map(String).join(', ')})`;
  } catch (error) {
    if (error instanceof BaseError) return unknown(data);
    throw error;
  }
}

function unknown(data: Hex): string {
  return `unknown error ${data.slice(0, 10)}`;
}
