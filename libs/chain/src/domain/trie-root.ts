import type { Hex } from '#kernel';
import { keccak256 } from 'viem';
import { quantityBytes, rlp, type RlpItem } from './rlp.js';

const NIBBLES = 16;
/** A node shorter than a hash stands in its parent itself. */
const HASH_SIZE = 32;
const EMPTY = Buffer.alloc(0);

interface Leaf {
  readonly path: readonly number[];
  readonly value: Uint8Array;
}

/** Root of the Merkle Patricia trie that holds `values` under the RLP of their positions. */
export function trieRootOf(values: readonly Uint8Array[]): Hex {
  const leaves = values.map((value, index): Leaf => {
    return { path: nibblesOf(rlp(quantityBytes(BigInt(index)))), value };
  });
  return keccak256(leaves.length === 0 ? rlp(EMPTY) : rlp(nodeOf(leaves, 0)));
}

/** The node for leaves that share their first `depth` nibbles. */
function nodeOf(leaves: readonly Leaf[], depth: number): RlpItem {
  const [first] = leaves;
  if (first === undefined) return EMPTY;
  if (leaves.length === 1) return [compact(first.path.slice(depth), true), first.value];
  const shared = sharedFrom(leaves, first, depth);
  if (shared > depth) {
    return [compact(first.path.slice(depth, shared), false), referenceTo(nodeOf(leaves, shared))];
  }
  const children = Array.from({ length: NIBBLES }, (): Leaf[] => []);
  let value: Uint8Array = EMPTY;
  for (const leaf of leaves) {
    const nibble = leaf.path[depth];
    if (nibble === undefined) ({ value } = leaf);
    else children[nibble]?.push(leaf);
  }
  const references = children.map((child) =>
    child.length === 0 ? EMPTY : referenceTo(nodeOf(child, depth + 1)),
  );
  return [...references, value];
}

function referenceTo(node: RlpItem): RlpItem {
  const encoded = rlp(node);
  return encoded.length < HASH_SIZE ? node : keccak256(encoded, 'bytes');
}

function sharedFrom(leaves: readonly Leaf[], first: Leaf, depth: number): number {
  let shared = depth;
  for (;;) {
    const nibble = first.path[shared];
    if (nibble === undefined || leaves.some(({ path }) => path[shared] !== nibble)) return shared;
    shared += 1;
  }
}

/** Path with a flag for its kind and its odd length in front, two nibbles a byte. */
function compact(path: readonly number[], isLeaf: boolean): Buffer {
  const flag = isLeaf ? 2 : 0;
  const nibbles = path.length % 2 === 0 ? [flag, 0, ...path] : [flag + 1, ...path];
  return Buffer.from(nibbles.map((nibble) => nibble.toString(NIBBLES)).join(''), 'hex');
}

function nibblesOf(key: Buffer): readonly number[] {
  return [...key].flatMap((byte) => [byte >> 4, byte & 0x0f]);
}
