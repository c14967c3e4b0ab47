import { type Hex, toHex } from '#kernel';
import { keccak256 } from 'viem';
import type { BlockRef } from './chain-log.js';
import { parseBlock } from './parse-rpc.js';
import { bytesOf, quantityBytes, rlp, type RlpItem } from './rlp.js';
import { checked, field, hash, ofSize } from './rpc-fields.js';

const BLOOM_SIZE = 256;

/** A header with what proves the logs of its block. */
export interface BlockHeader extends BlockRef {
  readonly logsBloom: Hex;
  readonly receiptsRoot: Hex;
  /** Whether the fields hash to `hash`. False also on chains whose headers have other fields. */
  readonly isProven: boolean;
}

type FieldKind = 'bytes' | 'quantity';

/** Fields of a header in the order in which they are hashed; each fork appended some. */
const FIELDS: readonly (readonly [string, FieldKind])[] = [
  ['parentHash', 'bytes'],
  ['sha3Uncles', 'bytes'],
  ['miner', 'bytes'],
  ['stateRoot', 'bytes'],
  ['transactionsRoot', 'bytes'],
  ['receiptsRoot', 'bytes'],
  ['logsBloom', 'bytes'],
  ['difficulty', 'quantity'],
  ['number', 'quantity'],
  ['gasLimit', 'quantity'],
  ['gasUsed', 'quantity'],
  ['timestamp', 'quantity'],
  ['extraData', 'bytes'],
  ['mixHash', 'bytes'],
  ['nonce', 'bytes'],
];
const LATER_FIELDS: readonly (readonly [string, FieldKind])[] = [
  ['baseFeePerGas', 'quantity'],
  ['withdrawalsRoot', 'bytes'],
  ['blobGasUsed', 'quantity'],
  ['excessBlobGas', 'quantity'],
  ['parentBeaconBlockRoot', 'bytes'],
  ['requestsHash', 'bytes'],
];

/** Checks the shape of a full header and hashes it. @throws {RetryableError} when malformed. */
export function parseHeader(answer: unknown): BlockHeader {
  const block = parseBlock(answer);
  return checked('header', () => ({
    ...block,
    logsBloom: ofSize(field(answer, 'logsBloom'), BLOOM_SIZE),
    receiptsRoot: hash(answer, 'receiptsRoot'),
    isProven: headerHash(answer) === block.hash,
  }));
}

/** Hash of the header's fields, or undefined when one that every chain should have is missing. */
function headerHash(answer: unknown): Hex | undefined {
  const later = LATER_FIELDS.filter(([name]) => isGiven(field(answer, name)));
  const items: RlpItem[] = [];
  for (const [name, kind] of [...FIELDS, ...later]) {
    const value = field(answer, name);
    if (typeof value !== 'string' || !/^0x[0-9a-fA-F]*$/.test(value)) return undefined;
    items.push(kind === 'quantity' ? quantityBytes(BigInt(value)) : bytesOf(toHex(value)));
  }
  return keccak256(rlp(items));
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
