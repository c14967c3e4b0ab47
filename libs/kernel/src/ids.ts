import type { Brand } from './brand.js';
import { assert } from './errors.js';

/** Lower-case hex with prefix. */
export type Hex = `0x${string}`;

/** Account or contract, 20 bytes, lower case; compare with `===`. */
export type Address = Hex;

/** EVM chain id. */
export type ChainId = Brand<number, 'ChainId'>;

/** LayerZero endpoint id. */
export type Eid = Brand<number, 'Eid'>;

/** Number of an emission period, counted from 1 at genesis. */
export type Epoch = Brand<number, 'Epoch'>;

/** Farm number, unique on its chain. */
export type FarmId = Brand<number, 'FarmId'>;

const UINT32_MAX = 4_294_967_295;

function toUint32(value: number, what: string): number {
  assert(
    Number.isSafeInteger(value) && value > 0 && value <= UINT32_MAX,
    `${what} must be a positive 32-bit integer, got ${value}`,
  );
  return value;
}

export function toChainId(value: number): ChainId {
  assert(
    Number.isSafeInteger(value) && value > 0,
    `chain id must be a positive integer, got ${value}`,
  );
  return value as ChainId;
}

export function toEid(value: number): Eid {
  return toUint32(value, 'endpoint id') as Eid;
}

export function toEpoch(value: number): Epoch {
  return toUint32(value, 'epoch') as Epoch;
}

export function toFarmId(value: number): FarmId {
  return toUint32(value, 'farm id') as FarmId;
}

/** Lower-cases; checksum is checked where a person typed the address, not here. */
export function toAddress(value: string): Address {
  assert(/^0x[0-9a-fA-F]{40}$/.test(value), `not an address: ${value}`);
  return value.toLowerCase() as Address;
}

/** Lower-cases any byte string. */
export function toHex(value: string): Hex {
  assert(/^0x([0-9a-fA-F]{2})*$/.test(value), `not a hex byte string: ${value.slice(0, 80)}`);
  return value.toLowerCase() as Hex;
}
