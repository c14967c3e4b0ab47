import { StandardMerkleTree } from '@openzeppelin/merkle-tree';
import { type Address, assert, defined, type Hex, toAddress, toHex } from '#kernel';
import {
  type Keccak,
  type Liability,
  openKeccak,
  owedOf,
  type SumTree,
  SumTreeWriter,
} from '#ledger';

/** Leaves both sides build; the peer needs a tenth of a millisecond for each. */
const SHARED_LEAVES = 20_000;
/** Leaves of our own trees. */
const LEAVES = 1_000_000;
const PEER_PROOFS = 500;
const PROOFS = 100_000;
const HASH_BYTES = 32;
const MIB = 2 ** 20;

interface Balance {
  readonly user: Address;
  readonly amount: bigint;
}

/** Ascending by address; amounts have up to 28 digits. */
function* balances(count: number): Generator<Balance> {
  for (let index = 0; index < count; index += 1) {
    const user = toAddress(`0x${(BigInt(index + 1) << 96n).toString(16).padStart(40, '0')}`);
    yield { user, amount: BigInt(index + 1) * 7_919n ** 5n };
  }
}

function* liabilities(count: number): Generator<Liability> {
  for (const { user, amount } of balances(count)) {
    yield { user, staked: amount, reward: amount % 1_000_003n, escrow: 0n, inFlight: 0n };
  }
}

/**
 * The root of the peer's shape: leaves hashed twice and sorted by hash, pairs hashed in order, all
 * in one heap. Ours is another shape (sums, sorted by address), so this is what can be compared.
 */
function plainRoot(count: number, keccak: Keccak): Hex {
  const leaf = new Uint8Array(2 * HASH_BYTES);
  const leaves = Buffer.alloc(count * HASH_BYTES);
  let offset = 0;
  for (const { user, amount } of balances(count)) {
    leaf.set(Buffer.from(user.slice(2).padStart(64, '0'), 'hex'));
    leaf.set(Buffer.from(amount.toString(16).padStart(64, '0'), 'hex'), HASH_BYTES);
    leaves.set(keccak(keccak(leaf)), offset);
    offset += HASH_BYTES;
  }
  const heap = Buffer.alloc((2 * count - 1) * HASH_BYTES);
  sortedPlaces(leaves, count).forEach((place, index) => {
    const start = place * HASH_BYTES;
    leaves.copy(heap, (2 * count - 2 - index) * HASH_BYTES, start, start + HASH_BYTES);
  });
  const pair = Buffer.alloc(2 * HASH_BYTES);
  for (let index = count - 2; index >= 0; index -= 1) {
    const start = (2 * index + 1) * HASH_BYTES;
    const [middle, end] = [start + HASH_BYTES, start + 2 * HASH_BYTES];
    const isOrdered = heap.compare(heap, middle, end, start, middle) <= 0;
    heap.copy(pair, isOrdered ? 0 : HASH_BYTES, start, middle);
    heap.copy(pair, isOrdered ? HASH_BYTES : 0, middle, end);
    heap.set(keccak(pair), index * HASH_BYTES);
  }
  return toHex(`0x${heap.toString('hex', 0, HASH_BYTES)}`);
}

/** Places of the hashes in their order: by 32 bits as numbers first, the few equal ones by all. */
function sortedPlaces(hashes: Buffer, count: number): readonly number[] {
  const PLACES = 2 ** 20;
  assert(count <= PLACES, 'places of 20 bits');
  const keys = new Float64Array(count);
  for (let place = 0; place < count; place += 1) {
    keys[place] = hashes.readUInt32BE(place * HASH_BYTES) * PLACES + place;
  }
  keys.sort();
  const places = Array.from(keys, (key) => key % PLACES);
  const from = (index: number) => (places[index] ?? 0) * HASH_BYTES;
  for (let index = 1; index < count; index += 1) {
    for (let at = index; at > 0; at -= 1) {
      const [left, right] = [from(at - 1), from(at)];
      if (hashes.compare(hashes, right, right + HASH_BYTES, left, left + HASH_BYTES) <= 0) break;
      [places[at - 1], places[at]] = [right / HASH_BYTES, left / HASH_BYTES];
    }
  }
  return places;
}

function sumTree(count: number, keccak: Keccak): SumTree {
  const writer = new SumTreeWriter(keccak);
  for (const liability of liabilities(count)) writer.add(liability);
  return defined(writer.finish(), 'tree');
}

function measured<Result>(work: () => Result): { readonly result: Result; readonly cpu: number } {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return { result, cpu: (user + system) / 1e6 };
}

function rounded(value: number): number {
  return Number(value.toFixed(2));
}

/**
 * Builds Merkle trees in CPU seconds of one process: the peer's own shape on both sides with equal
 * roots, then a plain tree and a Merkle-sum tree of a million leaves, which the peer does not have.
 */
export async function benchTree(print: (line: object) => void): Promise<void> {
  const keccak = await openKeccak();
  plainRoot(SHARED_LEAVES, keccak);
  const values = [...balances(SHARED_LEAVES)].map(({ user, amount }) => [user, amount.toString()]);
  const peer = measured(() => StandardMerkleTree.of(values, ['address', 'uint256']));
  const plain = measured(() => plainRoot(SHARED_LEAVES, keccak));
  assert(peer.result.root === plain.result, 'both sides have one root');
  print({
    bench: 'tree',
    peer: '@openzeppelin/merkle-tree 1.0.8 StandardMerkleTree, same leaves, same root',
    leaves: SHARED_LEAVES,
    peerCpuSeconds: rounded(peer.cpu),
    cpuSeconds: rounded(plain.cpu),
    ratio: rounded(peer.cpu / plain.cpu),
  });
  const large = measured(() => plainRoot(LEAVES, keccak));
  print({ bench: 'tree', shape: 'plain', leaves: LEAVES, cpuSeconds: rounded(large.cpu) });
  benchProofs(peer.result, keccak, print);
}

function benchProofs(
  peer: StandardMerkleTree<string[]>,
  keccak: Keccak,
  print: (line: object) => void,
): void {
  const rssBefore = process.memoryUsage.rss();
  const built = measured(() => sumTree(LEAVES, keccak));
  const tree = built.result;
  const rss = process.memoryUsage.rss();
  let owed = 0n;
  for (const liability of liabilities(LEAVES)) owed += owedOf(liability);
  assert(tree.sum === owed, 'the root owes what the leaves owe');
  print({
    bench: 'tree',
    shape: 'Merkle-sum, hashes 85 and 129 bytes where the plain one hashes 64 and 64',
    leaves: LEAVES,
    cpuSeconds: rounded(built.cpu),
    leavesPerCpuSecond: Math.round(LEAVES / built.cpu),
    rssMiB: Math.round(rss / MIB),
    rssGrownMiB: Math.round((rss - rssBefore) / MIB),
  });
  const users = [...balances(PROOFS)].map(({ user }) => user);
  const ours = measured(() => users.forEach((user) => defined(tree.prove(user), 'leaf')));
  const theirs = measured(() => {
    for (let index = 0; index < PEER_PROOFS; index += 1) peer.getProof(index);
  });
  const proofsPerSecond = PROOFS / ours.cpu;
  const peerProofsPerSecond = PEER_PROOFS / theirs.cpu;
  print({
    bench: 'tree',
    proofs: 'by address, of the tree above; the peer by index, of its smaller one',
    proofsPerCpuSecond: Math.round(proofsPerSecond),
    peerProofsPerCpuSecond: Math.round(peerProofsPerSecond),
    ratio: rounded(proofsPerSecond / peerProofsPerSecond),
  });
}
