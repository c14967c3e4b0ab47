import type { Address, ChainId, Hex } from '#kernel';

/** One event log as a node reports it; `blockTimestamp` in seconds. */
export interface ChainLog {
  readonly chainId: ChainId;
  readonly blockNumber: number;
  readonly blockHash: Hex;
  readonly blockTimestamp: number;
  readonly txHash: Hex;
  readonly logIndex: number;
  readonly address: Address;
  readonly topics: readonly Hex[];
  readonly data: Hex;
}

/** A block header, as much of it as chain continuity needs; `timestamp` in seconds. */
export interface BlockRef {
  readonly number: number;
  readonly hash: Hex;
  readonly parentHash: Hex;
  readonly timestamp: number;
}
