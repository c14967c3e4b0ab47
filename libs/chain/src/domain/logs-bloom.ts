import type { Address, Hex } from '#kernel';
import { keccak256 } from 'viem';
import { bytesOf } from './rlp.js';

const BLOOM_SIZE = 256;
const BITS_MASK = 2_047;
/** Byte pairs of the hash that name a bit each. */
const PAIRS = [0, 2, 4];

/** Bit positions of one address or topic in the bloom of a header. */
type BloomKey = readonly { readonly byte: number; readonly mask: number }[];

/**
 * Tells from the bloom of a header whether the block can hold a log of a filter. It may be wrong
 * when it says yes, and never when it says no.
 */
export class BloomFilter {
  private readonly addresses: readonly BloomKey[];
  private readonly topics0: readonly BloomKey[];

  constructor(filter: {
    readonly addresses: readonly Address[];
    readonly topics0: readonly Hex[];
  }) {
    this.addresses = filter.addresses.map(bloomKey);
    this.topics0 = filter.topics0.map(bloomKey);
  }

  mayMatch(logsBloom: Hex): boolean {
    const bloom = bytesOf(logsBloom);
    const holds = (key: BloomKey) =>
      key.every(({ byte, mask }) => ((bloom[byte] ?? 0) & mask) !== 0);
    return this.addresses.some(holds) && (this.topics0.length === 0 || this.topics0.some(holds));
  }
}

function bloomKey(value: Hex): BloomKey {
  const hash = keccak256(value, 'bytes');
  return PAIRS.map((pair) => {
    const bit = (((hash[pair] ?? 0) << 8) | (hash[pair + 1] ?? 0)) & BITS_MASK;
    return { byte: BLOOM_SIZE - 1 - (bit >> 3), mask: 1 << (bit & 7) };
  });
}
