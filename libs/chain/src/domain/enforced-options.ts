import { type Hex, toHex } from '#kernel';
import { BaseError, decodeAbiParameters } from 'viem';

/** Type 3 options begin with this; entries of worker, size, kind and body follow. */
const TYPE_3 = '0003';
const EXECUTOR_WORKER = '01';
const LZ_RECEIVE = '01';
/** In digits: the gas of an entry stands behind worker, size and kind. */
const GAS_START = 8;
const GAS_END = 40;
/** Worker and size. */
const ENTRY_HEADER = 6;

/** The options in the answer of `enforcedOptions`; undefined when it is no answer of that kind. */
export function optionsIn(answer: Hex): Hex | undefined {
  try {
    return toHex(decodeAbiParameters([{ type: 'bytes' }], answer)[0]);
  } catch (error) {
    if (error instanceof BaseError) return undefined;
    throw error;
  }
}

/**
 * Gas for the delivery that options of type 3 buy from the executor: entries of the same kind add
 * up. None for other bytes, which no executor takes.
 */
export function receiveGasOf(options: Hex): bigint {
  const digits = options.slice(2);
  if (!digits.startsWith(TYPE_3)) return 0n;
  let gas = 0n;
  for (let start = TYPE_3.length; start + ENTRY_HEADER < digits.length;) {
    const size = Number.parseInt(digits.slice(start + 2, start + ENTRY_HEADER), 16);
    const entry = digits.slice(start, start + ENTRY_HEADER + size * 2);
    const isReceive = entry.startsWith(EXECUTOR_WORKER) && entry.slice(6, 8) === LZ_RECEIVE;
    if (isReceive && entry.length >= GAS_END) {
      gas += BigInt(`0x${entry.slice(GAS_START, GAS_END)}`);
    }
    start += ENTRY_HEADER + size * 2;
  }
  return gas;
}
