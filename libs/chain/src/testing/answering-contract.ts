import type { Address } from '#kernel';
import { type Hex, numberToHex, padHex, size, toFunctionSelector } from 'viem';
import type { Anvil } from './anvil.js';

/**
 * Answers every call with the word it stores at the slot of the function selector, and with as many
 * further bytes as the slot of part 3 says, from the slots of parts 1 and 2.
 */
const CODE =
  '0x5f3560e01c80545f5280640100000000175460205280640200000000175460405264030000000017546020015ff3';
const PART_BITS = 32n;
const WORD_SIZE = 32;

/** A contract that answers what a test tells it to, whatever the arguments are. */
export async function putAnsweringContract(anvil: Anvil, address: Address): Promise<void> {
  await anvil.rpc('anvil_setCode', [address, CODE]);
}

/** Lets it answer `call`, such as `owner()`, with one word. */
export async function answerWord(
  anvil: Anvil,
  options: { readonly address: Address; readonly call: string; readonly value: Hex },
): Promise<void> {
  await setParts(anvil, options, [options.value]);
}

/** Lets it answer `call` with bytes, a word of them at most. */
export async function answerBytes(
  anvil: Anvil,
  options: { readonly address: Address; readonly call: string; readonly value: Hex },
): Promise<void> {
  const { value } = options;
  const data = padHex(value, { size: WORD_SIZE, dir: 'right' });
  const further = numberToHex(2 * WORD_SIZE);
  await setParts(anvil, options, [numberToHex(WORD_SIZE), numberToHex(size(value)), data, further]);
}

async function setParts(
  anvil: Anvil,
  { address, call }: { readonly address: Address; readonly call: string },
  words: readonly Hex[],
): Promise<void> {
  const selector = BigInt(toFunctionSelector(`function ${call}`));
  for (const [part, word] of words.entries()) {
    const slot = numberToHex(selector | (BigInt(part) << PART_BITS), { size: WORD_SIZE });
    await anvil.rpc('anvil_setStorageAt', [address, slot, padHex(word)]);
  }
  await anvil.mine();
}
