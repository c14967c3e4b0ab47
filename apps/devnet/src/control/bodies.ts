import { DomainError, type Hex, toHex } from '#kernel';
import { type ChainKey, CHAIN_KEYS, isChainKey } from '../topology.js';
import { type FaultChange, type Path, type Stage, STAGES } from '../worker/faults.js';

/** A request body is not what the route takes; the message names the field. */
export class BadRequest extends DomainError {
  override readonly code = 'devnet.bad-request';
}

const DELAY_MS_MAX = 600_000;
const REORG_DEPTH_MAX = 64;
const GAS_MAX = 25_000_000;

/** `{"hold":{"compose":true},"delayMs":0,"path":{"src":"alpha","dst":"beta"}}`, each optional. */
export function parseFaults(body: unknown): { change: FaultChange; path: Path | undefined } {
  const fields = fieldsOf(body, ['hold', 'delayMs', 'path']);
  const hold = fields.get('hold');
  const delayMs = fields.get('delayMs');
  const path = fields.get('path');
  return {
    change: {
      ...(hold === undefined ? {} : { hold: parseHold(hold) }),
      ...(delayMs === undefined
        ? {}
        : { delayMs: integerOf(delayMs, { what: 'delayMs', min: 0, max: DELAY_MS_MAX }) }),
    },
    path: path === undefined ? undefined : parsePath(path),
  };
}

/** `{"chain":"alpha","depth":3,"keepTransactions":true}`; transactions are dropped by default. */
export function parseReorg(body: unknown): {
  chain: ChainKey;
  depth: number;
  keepTransactions: boolean;
} {
  const fields = fieldsOf(body, ['chain', 'depth', 'keepTransactions']);
  return {
    chain: chainOf(fields.get('chain'), 'chain'),
    depth: integerOf(fields.get('depth'), { what: 'depth', min: 1, max: REORG_DEPTH_MAX }),
    keepTransactions: booleanOf(fields.get('keepTransactions') ?? false, 'keepTransactions'),
  };
}

/** `{"chain":"alpha","halted":true}`. */
export function parseHalt(body: unknown): { chain: ChainKey; halted: boolean } {
  const fields = fieldsOf(body, ['chain', 'halted']);
  return {
    chain: chainOf(fields.get('chain'), 'chain'),
    halted: booleanOf(fields.get('halted'), 'halted'),
  };
}

/** `{"guid":"0x…","gas":500000}`; gas is what the sender bought by default. */
export function parseRetry(body: unknown): { guid: Hex; gas: bigint | undefined } {
  const fields = fieldsOf(body, ['guid', 'gas']);
  const guid = fields.get('guid');
  const gas = fields.get('gas');
  if (typeof guid !== 'string' || !/^0x[0-9a-fA-F]{64}$/.test(guid)) {
    throw new BadRequest('guid must be 0x and 64 hexadecimal digits');
  }
  return {
    guid: toHex(guid),
    gas:
      gas === undefined ? undefined : BigInt(integerOf(gas, { what: 'gas', min: 1, max: GAS_MAX })),
  };
}

function parseHold(hold: unknown): Partial<Record<Stage, boolean>> {
  const fields = fieldsOf(hold, STAGES, 'hold.');
  return Object.fromEntries(
    [...fields].map(([stage, isHeld]) => [stage, booleanOf(isHeld, `hold.${stage}`)]),
  );
}

function parsePath(path: unknown): Path {
  const fields = fieldsOf(path, ['src', 'dst'], 'path.');
  const src = chainOf(fields.get('src'), 'path.src');
  const dst = chainOf(fields.get('dst'), 'path.dst');
  if (src === dst) throw new BadRequest('path.src and path.dst must differ');
  return { src, dst };
}

/** Fields of a JSON object; an unknown one is a mistake worth hearing of. */
function fieldsOf(
  value: unknown,
  known: readonly string[],
  prefix = '',
): ReadonlyMap<string, unknown> {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new BadRequest(`${prefix === '' ? 'the body' : prefix.slice(0, -1)} must be an object`);
  }
  const fields = new Map<string, unknown>(Object.entries(value));
  const unknown = [...fields.keys()].filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new BadRequest(
      `${prefix}${unknown[0]} is not known here; known: ${known.map((k) => prefix + k).join(', ')}`,
    );
  }
  return fields;
}

function chainOf(value: unknown, what: string): ChainKey {
  if (!isChainKey(value)) throw new BadRequest(`${what} must be one of ${CHAIN_KEYS.join(', ')}`);
  return value;
}

function booleanOf(value: unknown, what: string): boolean {
  if (typeof value !== 'boolean') throw new BadRequest(`${what} must be true or false`);
  return value;
}

function integerOf(
  value: unknown,
  limits: { readonly what: string; readonly min: number; readonly max: number },
): number {
  const { what, min, max } = limits;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max) {
    throw new BadRequest(`${what} must be an integer from ${min} to ${max}`);
  }
  return value;
}
