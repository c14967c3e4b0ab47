import type { Hex } from '#kernel';
import { keccak256, stringToHex } from 'viem';

/** What the controller stores of an evidence bundle: the hash of its exact text in UTF-8. */
export function evidenceHashOf(text: string): Hex {
  return keccak256(stringToHex(text));
}
