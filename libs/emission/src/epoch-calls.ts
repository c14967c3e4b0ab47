import { emissionControllerAbi } from '#abi';
import { type Hex, toHex } from '#kernel';
import { encodeFunctionData } from 'viem';
import type { Evidence } from './domain/evidence.js';
import { evidenceHashOf } from './evidence-hash.js';

/**
 * Gas of sending orders. Each path runs in a call of its own whose failure is caught, so an
 * estimate settles for a limit at which every path fails; these are measured maxima with margin.
 */
const DISPATCH_GAS_BASE = 300_000n;
const DISPATCH_GAS_PER_CHAIN = 900_000n;

/** Call data of `decide`. `text` is the exact evidence that was stored. */
export function decideCall(evidence: Evidence, text: string): Hex {
  const { epoch, revision, targets } = evidence;
  return toHex(
    encodeFunctionData({
      abi: emissionControllerAbi,
      functionName: 'decide',
      args: [epoch, revision, [...targets], evidenceHashOf(text)],
    }),
  );
}

/** Call data and gas limit of sending the orders of an epoch to some chains. */
export function dispatchCall(
  epoch: number,
  eids: readonly number[],
): { readonly data: Hex; readonly gas: bigint } {
  const data = encodeFunctionData({
    abi: emissionControllerAbi,
    functionName: 'dispatchMany',
    args: [epoch, [...eids]],
  });
  return {
    data: toHex(data),
    gas: DISPATCH_GAS_BASE + DISPATCH_GAS_PER_CHAIN * BigInt(eids.length),
  };
}
