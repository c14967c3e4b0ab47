import { type Hex, RetryableError, toHex } from '#kernel';

export const HASH_SIZE = 32;

/** What is wrong with an answer is the node's failure, not a bug of ours. */
export function checked<Value>(what: string, parse: () => Value): Value {
  try {
    return parse();
  } catch (error) {
    throw new RetryableError(`a node answered with malformed ${what}`, { cause: error });
  }
}

/** A member of an object in an answer. */
export function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) throw new TypeError('not an object');
  return Reflect.get(value, name);
}

/** A member that must be text. */
export function text(value: unknown, name: string): string {
  const found = field(value, name);
  if (typeof found !== 'string') throw new TypeError(`${name} is not a string`);
  return found;
}

/** A member that must be a number in hex. */
export function quantity(value: unknown, name: string): number {
  const digits = text(value, name);
  const result = /^0x[0-9a-fA-F]{1,16}$/.test(digits) ? Number(digits) : Number.NaN;
  if (!Number.isSafeInteger(result)) throw new TypeError(`${name} is not a quantity`);
  return result;
}

/** A member that must be 32 bytes. */
export function hash(value: unknown, name: string): Hex {
  return ofSize(field(value, name), HASH_SIZE);
}

/** Bytes in hex, exactly so many. */
export function ofSize(value: unknown, size: number): Hex {
  const result = toHex(String(value));
  if (result.length !== 2 + 2 * size) throw new TypeError(`not ${size} bytes`);
  return result;
}
