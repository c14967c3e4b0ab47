import { type Hex } from '#kernel';
import type { ValueTransformer } from 'typeorm';

/** Bytes of a `0x` hex string, the form in which a `bytea` parameter is sent. */
export function toBytea(hex: Hex): Buffer {
  return Buffer.from(hex.slice(2), 'hex');
}

/** For `bytea` columns of row classes; reading needs no step, the driver already gives hex. */
export const byteaTransformer: ValueTransformer = {
  to: (value: unknown) => (isHex(value) ? toBytea(value) : value),
  from: (value: unknown) => value,
};

function isHex(value: unknown): value is Hex {
  return typeof value === 'string' && value.startsWith('0x');
}
