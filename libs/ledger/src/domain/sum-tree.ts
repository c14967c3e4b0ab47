import { type Address, assert, type Hex } from '#kernel';

/** keccak256 of some bytes, in bytes of its own. */
export type Keccak = (bytes: Uint8Array) => Uint8Array;

/** What is owed to one user on one chain in one token, in its smallest unit. */
export interface Liability {
  readonly user: Address;
  /** Principal in farms. */
  readonly staked: bigint;
  /** Accrued and not claimed. */
  readonly reward: bigint;
  /** Principal that arrived and could not be restaked. */
  readonly escrow: bigint;
  /** Left this chain and did not arrive at its destination. */
  readonly inFlight: bigint;
}

/** One sibling on the way from a leaf to the root. */
export interface PathStep {
  readonly hash: Hex;
  readonly sum: bigint;
}

/** A leaf in its tree: everything but the tree's root and its number of leaves. */
export interface Inclusion {
  readonly index: number;
  readonly path: readonly PathStep[];
}

/** Parts of a leaf are below it, so that 2^64 leaves cannot overflow the 256 bits of a sum. */
export const PART_BOUND = 2n ** 128n;
export const SUM_BOUND = 2n ** 256n;
/** No address list is longer; keeps indices exact and depths small. */
export const LEAVES_MAX = 2 ** 32;

const HASH_BYTES = 32;
const SUM_BYTES = 32;
/** Of a node in memory, which is also how its parent hashes it. */
const RECORD_BYTES = HASH_BYTES + SUM_BYTES;
const ADDRESS_BYTES = 20;
const PART_BYTES = 16;
const PARTS = ['staked', 'reward', 'escrow', 'inFlight'] as const;
/** First byte of what is hashed: no leaf can be taken for a node, whatever it says. */
const LEAF_TAG = 0x00;
const NODE_TAG = 0x01;
export const LEAF_BYTES = 1 + ADDRESS_BYTES + PARTS.length * PART_BYTES;
export const NODE_BYTES = 1 + 2 * RECORD_BYTES;
const LOW_64 = 2n ** 64n - 1n;
const WORD = 2 ** 32;
const FIRST_LEAVES = 256;

/** Levels between the leaves and the root. */
export function depthOf(leafCount: number): number {
  assert(Number.isSafeInteger(leafCount) && leafCount >= 1 && leafCount <= LEAVES_MAX, 'leaves');
  let depth = 0;
  for (let width = leafCount; width > 1; width = Math.ceil(width / 2)) depth += 1;
  return depth;
}

/** What is owed in total. */
export function owedOf(liability: Omit<Liability, 'user'>): bigint {
  return liability.staked + liability.reward + liability.escrow + liability.inFlight;
}

/** Writes what is hashed of a leaf; `into` has `LEAF_BYTES`. */
export function writeLeaf(liability: Liability, into: Uint8Array): void {
  assert(into.length === LEAF_BYTES, 'a leaf has its length');
  const view = new DataView(into.buffer, into.byteOffset, into.length);
  view.setUint8(0, LEAF_TAG);
  const { user } = liability;
  for (let byte = 0; byte < ADDRESS_BYTES; byte += 1) {
    view.setUint8(1 + byte, 16 * digitAt(user, 2 + 2 * byte) + digitAt(user, 3 + 2 * byte));
  }
  let offset = 1 + ADDRESS_BYTES;
  for (const name of PARTS) {
    const part = liability[name];
    assert(part >= 0n && part < PART_BOUND, `${name} of ${user} is ${part}, not 0 to 2^128`);
    view.setBigUint64(offset, part >> 64n);
    view.setBigUint64(offset + 8, part & LOW_64);
    offset += PART_BYTES;
  }
}

/** Writes what is hashed of a node above two others; `into` has `NODE_BYTES`. */
export function writeNode(left: PathStep, right: PathStep, into: Uint8Array): void {
  assert(into.length === NODE_BYTES, 'a node has its length');
  into.fill(NODE_TAG, 0, 1);
  [left, right].forEach(({ hash, sum }, index) => {
    assert(sum >= 0n && sum < SUM_BOUND, 'a sum is not negative and fits 256 bits');
    const text = `${hash.slice(2)}${sum.toString(16).padStart(2 * SUM_BYTES, '0')}`;
    for (let byte = 0; byte < RECORD_BYTES; byte += 1) {
      const value = Number.parseInt(text.slice(2 * byte, 2 * byte + 2), 16);
      into.fill(value, 1 + index * RECORD_BYTES + byte, 2 + index * RECORD_BYTES + byte);
    }
  });
}

/** Takes the leaves of a tree one by one, so that they need not be in memory as objects. */
export class SumTreeWriter {
  private leaves: Uint8Array = new Uint8Array(FIRST_LEAVES * LEAF_BYTES);
  private records: Uint8Array = new Uint8Array(FIRST_LEAVES * RECORD_BYTES);
  private count = 0;
  private last = '';

  constructor(private readonly keccak: Keccak) {}

  /** @throws {InvariantViolation} unless users ascend, each once, with amounts in range. */
  add(liability: Liability): void {
    const { count, last } = this;
    const { user } = liability;
    assert(user > last, `leaf ${user} does not come after ${last}`);
    assert(count < LEAVES_MAX, 'too many leaves');
    this.leaves = withRoom(this.leaves, count, LEAF_BYTES);
    this.records = withRoom(this.records, count, RECORD_BYTES);
    const leaf = this.leaves.subarray(count * LEAF_BYTES, (count + 1) * LEAF_BYTES);
    writeLeaf(liability, leaf);
    this.records.set(this.keccak(leaf), count * RECORD_BYTES);
    writeSum(this.records, count * RECORD_BYTES + HASH_BYTES, owedOf(liability));
    this.last = user;
    this.count += 1;
  }

  /** Undefined when there is no leaf. The writer must not be used afterwards. */
  finish(): SumTree | undefined {
    const { leaves, count, keccak } = this;
    if (count === 0) return undefined;
    let level = this.records.subarray(0, recordsOf(count) * RECORD_BYTES);
    let width = count;
    const levels = [level];
    while (width > 1) {
      level = parentsOf(level, width, keccak);
      width = Math.ceil(width / 2);
      levels.push(level);
    }
    return new SumTree(leaves, levels, count);
  }
}

/**
 * A Merkle-sum tree over what is owed on one chain in one token: every node commits to the hashes
 * and to the sums of its two children, so the root commits to the total and nobody can be left out
 * or counted less without changing it.
 *
 * Leaves ascend by address. A node without a right neighbour is paired with nothing: 32 zero bytes
 * and the sum 0. All of it is in a few flat arrays, 64 bytes a node and 85 a leaf.
 */
export class SumTree {
  constructor(
    private readonly leaves: Uint8Array,
    /** Records of each level, the leaves first, each padded to an even number with nothing. */
    private readonly levels: readonly Uint8Array[],
    readonly leafCount: number,
  ) {}

  get root(): Hex {
    return this.record(this.levels.length - 1, 0).hash;
  }

  get sum(): bigint {
    return this.record(this.levels.length - 1, 0).sum;
  }

  /** Where the leaf of a user is and what leads from it to the root; undefined without a leaf. */
  prove(user: Address): Inclusion | undefined {
    const index = this.indexOf(user);
    if (index === undefined) return undefined;
    const path: PathStep[] = [];
    let at = index;
    for (let level = 0; level < this.levels.length - 1; level += 1) {
      path.push(this.record(level, at % 2 === 0 ? at + 1 : at - 1));
      at = Math.floor(at / 2);
    }
    return { index, path };
  }

  private indexOf(user: Address): number | undefined {
    let [low, high] = [0, this.leafCount - 1];
    while (low <= high) {
      const middle = Math.floor((low + high) / 2);
      const found = this.userAt(middle);
      if (found === user) return middle;
      if (found < user) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  }

  private userAt(index: number): Address {
    const start = index * LEAF_BYTES + 1;
    return hexOf(this.leaves.subarray(start, start + ADDRESS_BYTES));
  }

  private record(level: number, index: number): PathStep {
    const records = this.levels[level];
    assert(records !== undefined, `no level ${level}`);
    const start = index * RECORD_BYTES;
    const hash = hexOf(records.subarray(start, start + HASH_BYTES));
    const sum = BigInt(hexOf(records.subarray(start + HASH_BYTES, start + RECORD_BYTES)));
    return { hash, sum };
  }
}

/** Records of a level with the nothing that completes the last pair. */
function recordsOf(width: number): number {
  return width === 1 ? 1 : width + (width % 2);
}

/** Room for one more item and the nothing behind it; what is not written is zero. */
function withRoom(bytes: Uint8Array, count: number, size: number): Uint8Array {
  if ((count + 2) * size <= bytes.length) return bytes;
  const larger = new Uint8Array(2 * bytes.length);
  larger.set(bytes);
  return larger;
}

/** Two records that stand side by side are, behind a tag, what their parent hashes. */
function parentsOf(level: Uint8Array, width: number, keccak: Keccak): Uint8Array {
  const count = Math.ceil(width / 2);
  const parents = new Uint8Array(recordsOf(count) * RECORD_BYTES);
  const children = new DataView(level.buffer);
  const sums = new DataView(parents.buffer);
  const preimage = new Uint8Array(NODE_BYTES).fill(NODE_TAG, 0, 1);
  for (let index = 0; index < count; index += 1) {
    const start = 2 * index * RECORD_BYTES;
    preimage.set(level.subarray(start, start + 2 * RECORD_BYTES), 1);
    const at = index * RECORD_BYTES;
    parents.set(keccak(preimage), at);
    let carry = 0;
    for (let byte = RECORD_BYTES - 4; byte >= HASH_BYTES; byte -= 4) {
      const total =
        children.getUint32(start + byte) + children.getUint32(start + RECORD_BYTES + byte) + carry;
      carry = total >= WORD ? 1 : 0;
      sums.setUint32(at + byte, total - carry * WORD);
    }
    assert(carry === 0, 'the sum of a node overflows');
  }
  return parents;
}

/** The upper half stays zero: a leaf owes less than 2^130. */
function writeSum(records: Uint8Array, offset: number, sum: bigint): void {
  const view = new DataView(records.buffer);
  view.setBigUint64(offset + 8, sum >> 128n);
  view.setBigUint64(offset + 16, (sum >> 64n) & LOW_64);
  view.setBigUint64(offset + 24, sum & LOW_64);
}

const HEX_OF_BYTE = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function hexOf(bytes: Uint8Array): Hex {
  let text: Hex = '0x';
  for (const byte of bytes) text += HEX_OF_BYTE[byte] ?? '';
  return text;
}

/** Value of a lower-case hex digit. */
function digitAt(text: string, place: number): number {
  const code = text.charCodeAt(place);
  return code < 97 ? code - 48 : code - 87;
}
