import { errorAbi } from '#abi';
import type { Hex } from '#kernel';
import { decodeErrorResult } from 'viem';

/**
 * Names the reason in revert data, such as `Controller_IsPaused()`.
 *
 * Empty data is how a call that runs out of gas ends, so that is what it is called.
 */
export function describeRevert(data: Hex): string {
  if (data === '0x') return 'no reason given: most likely too little gas';
  try {
    const { errorName, args = [] } = decodeErrorResult({ abi: errorAbi, data });
    return `${errorName}(${args.map(String).join(', ')})`;
  } catch (error) {
    // viem has one error class for an unknown selector and one for arguments that do not fit it.
    if (error instanceof Error) return `unknown error ${data.slice(0, 10)}`;
    throw error;
  }
}
