import type { Address, Hex } from '#kernel';
import { numberToHex, padHex } from 'viem';

/** One value a contract must hold for the deployment file to be about the contracts that are there. */
export interface WiringFact {
  /** What is asked, such as `farms.receiver()`. */
  readonly question: string;
  readonly to: Address;
  readonly data: Hex;
  /** The answer the deployment file implies, one word of 32 bytes. */
  readonly expected: Hex;
  /** Another answer that is right for a while, such as an owner who acts in an emergency. */
  readonly orElse?: Hex;
  /** Options have to buy at least the expected gas for the delivery. */
  readonly kind: 'address' | 'number' | 'options';
  /** Zero stands for what governance has not decided yet, which is no mistake of the file. */
  readonly mayBeZero: boolean;
}

/** A question and whom it is put to. */
export type Call = Pick<WiringFact, 'question' | 'to' | 'data'>;

/** The answer must be this address. */
export function isAddress(call: Call, expected: Address): WiringFact {
  return { ...call, expected: padHex(expected), kind: 'address', mayBeZero: false };
}

/** The answer must be this number. */
export function isNumber(call: Call, expected: number): WiringFact {
  const word = numberToHex(expected, { size: 32 });
  return { ...call, expected: word, kind: 'number', mayBeZero: false };
}
