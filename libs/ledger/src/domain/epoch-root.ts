import { type Address, type Hex, toHex } from '#kernel';
import { keccak256, stringToHex } from 'viem';

/**
 * The final journals of a chain up to the last block before an epoch ended. The block follows from
 * the chain, the rest from the journals, so every rebuild has the same.
 */
export interface ChainHead {
  readonly chainId: number;
  readonly block: number;
  readonly blockHash: Hex;
  /** Place of the last of those journals; 0 for none. */
  readonly seq: number;
  /** Its hash. */
  readonly head: Hex;
}

/** What is owed on one chain in one token at the block of its `ChainHead`, and what is there. */
export interface LiabilityTotals {
  readonly chainId: number;
  readonly asset: Address;
  /** Users that are owed something. */
  readonly leafCount: number;
  /** Root of the Merkle-sum tree over them. */
  readonly root: Hex;
  /** What they are owed together: the sum at the root. */
  readonly owed: bigint;
  /** Part of `owed` that left the contracts of this chain and did not arrive elsewhere. */
  readonly inFlight: bigint;
  /** What the books of the contracts hold besides: emission not accrued yet, fees, surplus. */
  readonly other: bigint;
  /** Tokens of the contracts at that block; null when no node could show that block's state. */
  readonly held: bigint | null;
}

/** What is committed to of one epoch. */
export interface EpochStatement {
  readonly epoch: number;
  /** Ascending by chain. */
  readonly heads: readonly ChainHead[];
  /** Ascending by chain and asset. */
  readonly totals: readonly LiabilityTotals[];
}

/** The text that the root of an epoch hashes: one line for each head and each total. */
export function epochStatementText({ epoch, heads, totals }: EpochStatement): string {
  return [
    'headwater-epoch-1',
    String(epoch),
    `heads ${heads.length}`,
    ...heads.map(({ chainId, block, blockHash, seq, head }) =>
      [chainId, block, blockHash, seq, head].join(' '),
    ),
    `totals ${totals.length}`,
    ...totals.map(({ chainId, asset, leafCount, root, owed, inFlight, other, held }) =>
      [chainId, asset, leafCount, root, owed, inFlight, other, held ?? '-'].join(' '),
    ),
  ].join('\n');
}

/** keccak256 of the statement's text. */
export function epochRootOf(statement: EpochStatement): Hex {
  return toHex(keccak256(stringToHex(epochStatementText(statement))));
}
