import { assert } from '#kernel';
import pg from 'pg';

const INT8 = 20;
const NUMERIC = 1700;
const BYTEA = 17;
const INT8_ARRAY = 1016;
const NUMERIC_ARRAY = 1231;
const BYTEA_ARRAY = 1001;

function toInteger(text: string): number {
  const value = Number(text);
  assert(Number.isSafeInteger(value), `${text} does not fit a safe integer; store it as numeric`);
  return value;
}

/** Postgres writes bytes as `\x…`. */
function toHexText(text: string): string {
  assert(text.startsWith('\\x'), 'bytea_output must be hex');
  return `0x${text.slice(2)}`;
}

function arrayOf<Item>(parse: (text: string) => Item): (text: string) => (Item | null)[] {
  // One-dimensional arrays of values without spaces; inside an array a bytea is quoted: "\\x00".
  return (text) => {
    const body = text.slice(1, -1);
    if (body === '') return [];
    return body.split(',').map((item) => {
      if (item === 'NULL') return null;
      return parse(item.startsWith('"') ? item.slice(1, -1).replace('\\\\', '\\') : item);
    });
  };
}

/**
 * Makes the driver return `number` for int8, `bigint` for numeric and `0x` hex for bytea, for every
 * connection of this process. A numeric with a fraction is refused: amounts are whole units.
 */
export function installTypeParsers(): void {
  pg.types.setTypeParser(INT8, toInteger);
  pg.types.setTypeParser(NUMERIC, (text: string) => BigInt(text));
  pg.types.setTypeParser(BYTEA, toHexText);
  // The array ids are missing from the driver's own list of type names, not from its table.
  const setArrayParser: (oid: number, parse: (text: string) => unknown) => void =
    pg.types.setTypeParser;
  setArrayParser(INT8_ARRAY, arrayOf(toInteger));
  setArrayParser(NUMERIC_ARRAY, arrayOf(BigInt));
  setArrayParser(BYTEA_ARRAY, arrayOf(toHexText));
}
