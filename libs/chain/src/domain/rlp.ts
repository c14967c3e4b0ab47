import type { Hex } from '#kernel';

/** What RLP encodes: a byte string or a list. */
export type RlpItem = Uint8Array | readonly RlpItem[];

const SHORT_SIZE_MAX = 55;
const STRING_BASE = 0x80;
const LIST_BASE = 0xc0;

/** Recursive length prefix, the encoding Ethereum hashes. */
export function rlp(item: RlpItem): Buffer {
  if (item instanceof Uint8Array) {
    const [first] = item;
    if (item.length === 1 && first !== undefined && first < STRING_BASE) return Buffer.from(item);
    return Buffer.concat([sizePrefix(item.length, STRING_BASE), item]);
  }
  const parts = item.map(rlp);
  const size = parts.reduce((total, part) => total + part.length, 0);
  return Buffer.concat([sizePrefix(size, LIST_BASE), ...parts]);
}

/** Bytes of a hex string, leading zeros kept. */
export function bytesOf(hex: Hex): Buffer {
  return Buffer.from(hex.slice(2), 'hex');
}

/** Bytes of a number as RLP wants them: big-endian without leading zeros, none for zero. */
export function quantityBytes(value: bigint): Buffer {
  if (value === 0n) return Buffer.alloc(0);
  const digits = value.toString(16);
  return Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
}

function sizePrefix(size: number, base: number): Buffer {
  if (size <= SHORT_SIZE_MAX) return Buffer.from([base + size]);
  const sizeBytes = quantityBytes(BigInt(size));
  return Buffer.concat([Buffer.from([base + SHORT_SIZE_MAX + sizeBytes.length]), sizeBytes]);
}
