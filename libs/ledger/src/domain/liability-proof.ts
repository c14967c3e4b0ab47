import { type Address, assert, type Hex, toHex } from '#kernel';
import { keccak256, toHex as bytesToHex } from 'viem';
import {
  type ChainHead,
  epochRootOf,
  type EpochStatement,
  type LiabilityTotals,
} from './epoch-root.js';
import { BadProof, ProofField } from './proof-field.js';
import {
  depthOf,
  type Inclusion,
  LEAF_BYTES,
  type Liability,
  NODE_BYTES,
  owedOf,
  PART_BOUND,
  type PathStep,
  SUM_BOUND,
  writeLeaf,
  writeNode,
} from './sum-tree.js';

/** What a user is owed on one chain in one token, and its way to the root of that tree. */
export interface LiabilityClaim extends Omit<Liability, 'user'>, Inclusion {
  readonly chainId: number;
  readonly asset: Address;
}

/** Everything that is needed to check, without asking anyone, what a user was owed. */
export interface LiabilityProof {
  readonly format: typeof PROOF_FORMAT;
  readonly user: Address;
  /** Root of the epoch, which the evidence of a later decision names. */
  readonly root: Hex;
  readonly statement: EpochStatement;
  /** Ascending by chain and asset; none when the user was owed nothing. */
  readonly claims: readonly LiabilityClaim[];
}

export const PROOF_FORMAT = 'headwater-liabilities-1';

/**
 * Checks a proof from nothing but its text: every leaf leads to the root and the sum of its tree,
 * and the trees lead to the root of the epoch.
 *
 * @param options.root Root to trust, such as the one in the evidence whose hash is on the hub;
 * without it the proof only agrees with itself.
 * @throws {BadProof} naming the first thing that is wrong.
 */
export function verifyLiabilityProof(
  text: string,
  options: { readonly root?: Hex | undefined } = {},
): LiabilityProof {
  const proof = parseProof(text);
  const { root, statement } = proof;
  const computed = epochRootOf(statement);
  if (computed !== root) throw new BadProof(`the statement has the root ${computed}, not ${root}`);
  if (options.root !== undefined && options.root !== root) {
    throw new BadProof(`the proof is of the root ${root}, not of ${options.root}`);
  }
  checkAscending('totals', statement.totals);
  checkAscending('claims', proof.claims);
  for (const claim of proof.claims) checkClaim(proof, claim);
  return proof;
}

function checkAscending(
  what: string,
  list: readonly { readonly chainId: number; readonly asset: Address }[],
): void {
  list.slice(1).forEach((next, index) => {
    const before = list[index];
    assert(before !== undefined, 'a list has what comes before its tail');
    const isAfter =
      next.chainId > before.chainId ||
      (next.chainId === before.chainId && next.asset > before.asset);
    if (!isAfter) throw new BadProof(`${what} do not ascend by chain and asset`);
  });
}

function checkClaim({ user, statement }: LiabilityProof, claim: LiabilityClaim): void {
  const { chainId, asset, index, path } = claim;
  const where = `${asset} on chain ${chainId}`;
  const totals = statement.totals.find(
    (total) => total.chainId === chainId && total.asset === asset,
  );
  if (totals === undefined) throw new BadProof(`the statement has no ${where}`);
  const { leafCount } = totals;
  if (index >= leafCount) throw new BadProof(`${where} has no leaf ${index}`);
  if (path.length !== depthOf(leafCount)) {
    throw new BadProof(`a path of ${path.length} does not fit ${leafCount} leaves of ${where}`);
  }
  const top = climb(leafOf({ user, ...claim }), index, path);
  if (top.hash !== totals.root || top.sum !== totals.owed) {
    throw new BadProof(`the leaf of ${user} does not lead to the root of ${where}`);
  }
}

function leafOf(liability: Liability): PathStep {
  const bytes = new Uint8Array(LEAF_BYTES);
  writeLeaf(liability, bytes);
  return { hash: hashOf(bytes), sum: owedOf(liability) };
}

function climb(leaf: PathStep, index: number, path: readonly PathStep[]): PathStep {
  const bytes = new Uint8Array(NODE_BYTES);
  let [node, at] = [leaf, index];
  for (const sibling of path) {
    const [left, right] = at % 2 === 0 ? [node, sibling] : [sibling, node];
    const sum = left.sum + right.sum;
    if (sum >= SUM_BOUND) throw new BadProof('a sum overflows 256 bits');
    writeNode(left, right, bytes);
    node = { hash: hashOf(bytes), sum };
    at = Math.floor(at / 2);
  }
  return node;
}

/** Another implementation than the one trees are built with. */
function hashOf(bytes: Uint8Array): Hex {
  return toHex(keccak256(bytesToHex(bytes)));
}

/** What a proof that was verified proves, in sentences for its user. */
export function explainProof(proof: LiabilityProof): readonly string[] {
  const { user, root, statement, claims } = proof;
  const { epoch, heads, totals } = statement;
  const blocks = heads.map(({ chainId, block }) => `${block} of chain ${chainId}`).join(', ');
  return [
    `At the end of epoch ${epoch} (blocks ${blocks}) the ledger committed to the root ${root}.`,
    claims.length === 0
      ? `The proof shows nothing owed to ${user}; it does not show that nothing was.`
      : `That root includes what is owed to ${user}:`,
    ...claims.flatMap(explainClaim),
    ...totals.map(explainTotals),
  ];
}

function explainClaim(claim: LiabilityClaim): readonly string[] {
  const { chainId, asset, staked, reward, escrow, inFlight } = claim;
  return [
    `  ${owedOf(claim)} of ${asset} on chain ${chainId}: ${staked} staked, ${reward} accrued, ` +
      `${escrow} in escrow, ${inFlight} in flight.`,
  ];
}

function explainTotals(totals: LiabilityTotals): string {
  const { chainId, asset, leafCount, owed, inFlight, other, held } = totals;
  const due = owed - inFlight + other;
  const owing = `Of ${asset} on chain ${chainId} ${leafCount} users are owed ${owed}`;
  const books = `${inFlight} of it in flight, and the books hold ${other} besides`;
  if (held === null) return `${owing}, ${books}; what the contracts held was not read.`;
  const verdict = held >= due ? 'which covers it' : `which is ${due - held} TOO LITTLE`;
  return `${owing}, ${books}; the contracts held ${held}, ${verdict}.`;
}

/** The file of a proof. */
export function proofText(proof: LiabilityProof): string {
  const json = JSON.stringify(
    proof,
    (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value),
    2,
  );
  return `${json}\n`;
}

function parseProof(text: string): LiabilityProof {
  const root = ProofField.parse(text).only('format', 'user', 'root', 'statement', 'claims');
  if (root.at('format').text() !== PROOF_FORMAT) {
    throw new BadProof(`the format is not ${PROOF_FORMAT}`);
  }
  return {
    format: PROOF_FORMAT,
    user: root.at('user').address(),
    root: root.at('root').word(),
    statement: statementOf(root.at('statement')),
    claims: root.at('claims').list().map(claimOf),
  };
}

/**
 * Reads a statement from JSON that was parsed.
 *
 * @throws {BadProof} naming the first field that is wrong.
 */
export function parseStatement(value: unknown): EpochStatement {
  return statementOf(ProofField.of('statement', value));
}

function statementOf(field: ProofField): EpochStatement {
  field.only('epoch', 'heads', 'totals');
  return {
    epoch: field.at('epoch').count(),
    heads: field.at('heads').list().map(headOf),
    totals: field.at('totals').list().map(totalsOf),
  };
}

function headOf(field: ProofField): ChainHead {
  field.only('chainId', 'block', 'blockHash', 'seq', 'head');
  return {
    chainId: field.at('chainId').count(),
    block: field.at('block').count(),
    blockHash: field.at('blockHash').word(),
    seq: field.at('seq').count(),
    head: field.at('head').word(),
  };
}

function totalsOf(field: ProofField): LiabilityTotals {
  field.only('chainId', 'asset', 'leafCount', 'root', 'owed', 'inFlight', 'other', 'held');
  const held = field.at('held');
  return {
    chainId: field.at('chainId').count(),
    asset: field.at('asset').address(),
    leafCount: field.at('leafCount').count(),
    root: field.at('root').word(),
    owed: field.at('owed').amount(SUM_BOUND),
    inFlight: field.at('inFlight').amount(SUM_BOUND),
    other: field.at('other').signed(),
    held: held.isNull ? null : held.amount(SUM_BOUND),
  };
}

function claimOf(field: ProofField): LiabilityClaim {
  field.only('chainId', 'asset', 'staked', 'reward', 'escrow', 'inFlight', 'index', 'path');
  return {
    chainId: field.at('chainId').count(),
    asset: field.at('asset').address(),
    staked: field.at('staked').amount(PART_BOUND),
    reward: field.at('reward').amount(PART_BOUND),
    escrow: field.at('escrow').amount(PART_BOUND),
    inFlight: field.at('inFlight').amount(PART_BOUND),
    index: field.at('index').count(),
    path: field.at('path').list().map(stepOf),
  };
}

function stepOf(field: ProofField): PathStep {
  field.only('hash', 'sum');
  return { hash: field.at('hash').word(), sum: field.at('sum').amount(SUM_BOUND) };
}
