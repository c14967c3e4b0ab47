import { createHash } from 'node:crypto';
import { type Hex, toHex } from '#kernel';

/** SHA-256 of UTF-8 text. */
export function sha256Of(text: string): Hex {
  return toHex(`0x${createHash('sha256').update(text, 'utf8').digest('hex')}`);
}
