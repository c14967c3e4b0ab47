import type { Hex } from '#kernel';

/** Where and when an event was emitted. */
export interface EventPlace {
  readonly chainId: number;
  readonly blockNumber: number;
  readonly blockHash: Hex;
  /** Chain time, seconds. */
  readonly blockTimestamp: number;
  readonly txHash: Hex;
  readonly isFinal: boolean;
}
