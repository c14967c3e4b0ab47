import { assert, type Address, type Hex, toAddress } from '#kernel';

/** Number of bytes of `value`. */
export function sizeOf(value: Hex): number {
  return (value.length - 2) / 2;
}

/** Bytes `start` (inclusive) to `end` (exclusive, default the end) of `value`. */
export function sliceBytes(value: Hex, start: number, end = sizeOf(value)): Hex {
  assert(
    start >= 0 && start <= end && end <= sizeOf(value),
    `bytes ${start}..${end} lie outside ${sizeOf(value)} bytes`,
  );
  return `0x${value.slice(2 + start * 2, 2 + end * 2)}`;
}

/** Big-endian unsigned integer in bytes `start` to `end`. */
export function uintAt(value: Hex, start: number, end: number): bigint {
  const bytes = sliceBytes(value, start, end);
  return bytes === '0x' ? 0n : BigInt(bytes);
}

/** The low 20 bytes of a 32-byte account, as LayerZero pads addresses. */
export function accountOf(bytes32: Hex): Address {
  return toAddress(sliceBytes(bytes32, 12, 32));
}

/** An address left-padded to 32 bytes, as LayerZero names accounts. */
export function toBytes32(address: Address): Hex {
  return `0x${'0'.repeat(24)}${address.slice(2)}`;
}

/** `value` as `size` big-endian bytes without prefix. */
export function uintBytes(value: bigint, size: number): string {
  assert(value >= 0n && value < 1n << BigInt(size * 8), `${value} does not fit ${size} bytes`);
  return value.toString(16).padStart(size * 2, '0');
}
