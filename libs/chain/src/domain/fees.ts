import { maxOf, minOf } from '#kernel';

const GWEI = 1_000_000_000n;

/** More than this per gas is not paid: waiting is cheaper than any of our transactions is urgent. */
export const FEE_PER_GAS_MAX_WEI = 500n * GWEI;

/** Tip when a node suggests none. */
const TIP_MIN_WEI = 1n;

/** EIP-1559 fees per gas in wei. */
export interface Fees {
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
}

/**
 * Twice the base fee covers six full blocks of rising fees. Returns undefined while even the base
 * fee alone is above the cap: such a transaction would only block the ones behind it.
 */
export function chooseFees(options: {
  readonly baseFeeWei: bigint;
  readonly suggestedTipWei: bigint;
}): Fees | undefined {
  const { baseFeeWei, suggestedTipWei } = options;
  const tip = maxOf(TIP_MIN_WEI, suggestedTipWei);
  if (baseFeeWei + tip > FEE_PER_GAS_MAX_WEI) return undefined;
  const maxFeePerGas = minOf(2n * baseFeeWei + tip, FEE_PER_GAS_MAX_WEI);
  return { maxFeePerGas, maxPriorityFeePerGas: minOf(tip, maxFeePerGas) };
}
