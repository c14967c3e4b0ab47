import type { Hex } from '#kernel';

/** `mined` may still be reorganised away; `final` and `reverted` are settled for good. */
export type TxIntentState = 'signed' | 'mined' | 'final' | 'reverted';

/** What a node reports about an executed transaction. */
export interface TxReceipt {
  readonly blockNumber: number;
  readonly blockHash: Hex;
  readonly hasReverted: boolean;
}

/** Where an intent stands by the latest look at the chain. */
export interface IntentFate {
  readonly state: TxIntentState;
  readonly hasReverted: boolean;
  readonly blockNumber: number | null;
  readonly blockHash: Hex | null;
}

const NOT_MINED: IntentFate = {
  state: 'signed',
  hasReverted: false,
  blockNumber: null,
  blockHash: null,
};

/**
 * Fate of an unsettled intent. A receipt that is gone means its block was reorganised away: the
 * same signed transaction is then sent again, so it still executes at most once.
 */
export function fateOf(receipt: TxReceipt | undefined, finalizedBlock: number): IntentFate {
  if (receipt === undefined) return NOT_MINED;
  const isFinal = receipt.blockNumber <= finalizedBlock;
  const settled = receipt.hasReverted ? 'reverted' : 'final';
  return { ...receipt, state: isFinal ? settled : 'mined' };
}
