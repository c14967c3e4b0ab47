import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { defined, InvariantViolation, sumOf, toAddress, toHex } from '#kernel';
import { openKeccak } from '../keccak.js';
import { aStatementOf } from '../testing/index.js';
import { epochRootOf } from './epoch-root.js';
import { explainProof, type LiabilityProof, proofText } from './liability-proof.js';
import { PROOF_FORMAT, verifyLiabilityProof } from './liability-proof.js';
import { BadProof } from './proof-field.js';
import {
  depthOf,
  type Keccak,
  type Liability,
  owedOf,
  PART_BOUND,
  SumTree,
  SumTreeWriter,
} from './sum-tree.js';

const asset = toAddress(`0x${'a1'.repeat(20)}`);
const part = fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: PART_BOUND - 1n }));
const user = fc.bigInt({ min: 0n, max: 2n ** 160n - 1n }).map(addressOf);
const parts = fc.record({ staked: part, reward: part, escrow: part, inFlight: part });
const liabilities = fc
  .uniqueArray(fc.tuple(user, parts), { selector: ([name]) => name, minLength: 1, maxLength: 40 })
  .map((list) =>
    list
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, amounts]): Liability => ({ user: name, ...amounts })),
  );

let keccak: Keccak;

beforeAll(async () => {
  keccak = await openKeccak();
});

function addressOf(value: bigint) {
  return toAddress(`0x${value.toString(16).padStart(40, '0')}`);
}

function aLiability(overrides: Partial<Liability> = {}): Liability {
  const nothing = { staked: 0n, reward: 0n, escrow: 0n, inFlight: 0n };
  return { user: addressOf(5n), ...nothing, ...overrides };
}

function treeOf(list: readonly Liability[]): SumTree {
  const writer = new SumTreeWriter(keccak);
  for (const liability of list) writer.add(liability);
  return defined(writer.finish(), 'tree');
}

function proofOf(list: readonly Liability[], index: number): LiabilityProof {
  const tree = treeOf(list);
  const liability = list[index % list.length] ?? aLiability();
  const inclusion = tree.prove(liability.user) ?? { index: -1, path: [] };
  const statement = aStatementOf({
    asset,
    leafCount: tree.leafCount,
    root: tree.root,
    owed: tree.sum,
    inFlight: sumOf(list.map(({ inFlight }) => inFlight)),
  });
  const { chainId } = statement.totals[0] ?? { chainId: 0 };
  const { user: owner, ...amounts } = liability;
  const claims = [{ chainId, asset, ...amounts, ...inclusion }];
  return { format: PROOF_FORMAT, user: owner, root: epochRootOf(statement), statement, claims };
}

/** Another digit of the same kind at every place that has one. */
function* forgeries(text: string): Generator<string> {
  for (let at = 0; at < text.length; at += 1) {
    const digit = text.charAt(at);
    if (!/[0-9a-f]/.test(digit)) continue;
    const other = digit === '7' ? '3' : '7';
    yield text.slice(0, at) + other + text.slice(at + 1);
  }
}

describe('a Merkle-sum tree', () => {
  it('owes at its root what its leaves owe, to the wei', () => {
    fc.assert(
      fc.property(liabilities, (list) => {
        expect(treeOf(list).sum).toBe(sumOf(list.map(owedOf)));
      }),
    );
  });

  it('proves every user, and verifying asks nothing but the text', () => {
    fc.assert(
      fc.property(liabilities, (list) => {
        for (const index of list.keys()) {
          const proof = proofOf(list, index);
          expect(verifyLiabilityProof(proofText(proof), { root: proof.root })).toEqual(proof);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('has another root when anybody is left out or owed one wei less', () => {
    fc.assert(
      fc.property(liabilities, fc.nat(), (list, at) => {
        const index = at % list.length;
        const others = list.filter((_, place) => place !== index);
        const less = list.map((each, place) =>
          place === index ? { ...each, reward: each.reward === 0n ? 1n : each.reward - 1n } : each,
        );
        const roots = [list, less, ...(others.length > 0 ? [others] : [])].map(
          (each) => treeOf(each).root,
        );
        expect(new Set(roots).size).toBe(roots.length);
      }),
    );
  });

  it('grows beyond what it had room for', () => {
    const list = Array.from({ length: 1_300 }, (_, index) =>
      aLiability({ user: addressOf(BigInt(index + 1) << 64n), reward: BigInt(index) }),
    );
    expect(treeOf(list).sum).toBe((1_299n * 1_300n) / 2n);
    for (const index of [0, 255, 256, 1_299]) {
      const proof = proofOf(list, index);
      expect(verifyLiabilityProof(proofText(proof))).toEqual(proof);
    }
  });

  it('is fixed by its vectors', () => {
    const list = [1n, 2n, 3n].map((name) =>
      aLiability({ user: addressOf(name), staked: 10n * name, reward: name }),
    );
    expect([1, 2, 3].map((count) => treeOf(list.slice(0, count)).root)).toMatchInlineSnapshot(`
      [
        "0x16642c9d38e02297da9511681129900fe05cd240c5b7ea7d6e46a60c64f6d241",
        "0x2d1eaf3cad0d78c56fc42c4296e6ea99063a4dfcb0ee68fd66fce2d784cdc97b",
        "0x0d22f98307f58f299c0369ed444db9d556c5a1c4f0cb4de84537a4ca071ab0ab",
      ]
    `);
  });

  it('knows nobody who has no leaf', () => {
    const tree = treeOf([aLiability({ user: addressOf(3n) }), aLiability()]);
    expect([1n, 4n, 9n].map((name) => tree.prove(addressOf(name)))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('refuses users out of order or twice and amounts out of range', () => {
    const bad: readonly (readonly Liability[])[] = [
      [aLiability(), aLiability({ user: addressOf(4n) })],
      [aLiability(), aLiability()],
      [aLiability({ staked: -1n })],
      [aLiability({ reward: PART_BOUND })],
    ];
    for (const list of bad) expect(() => treeOf(list)).toThrow(InvariantViolation);
    expect(new SumTreeWriter(keccak).finish()).toBeUndefined();
  });

  it('is as deep as its number of leaves needs', () => {
    expect([1, 2, 3, 4, 5, 8, 9, 1_000_000].map(depthOf)).toEqual([0, 1, 2, 2, 3, 3, 4, 20]);
  });
});

describe('a proof of liabilities', () => {
  it('fails with one digit or letter changed anywhere', () => {
    const list = [1n, 2n, 3n, 4n, 5n].map((name) =>
      aLiability({ user: addressOf(name << 100n), staked: 1_000n * name, reward: name }),
    );
    for (const index of [0, 2, 4]) {
      const text = proofText(proofOf(list, index));
      let refused = 0;
      for (const forged of forgeries(text)) {
        expect(() => verifyLiabilityProof(forged)).toThrow(BadProof);
        refused += 1;
      }
      expect(refused).toBeGreaterThan(500);
    }
  });

  it('fails against another root, as a node in place of a leaf, and beside its tree', () => {
    const list = [1n, 2n, 3n].map((name) => aLiability({ user: addressOf(name), staked: name }));
    const proof = proofOf(list, 1);
    const other = toHex(`0x${'5'.repeat(64)}`);
    expect(() => verifyLiabilityProof(proofText(proof), { root: other })).toThrow(
      new BadProof(`the proof is of the root ${proof.root}, not of ${other}`),
    );
    const [claim] = proof.claims;
    if (claim === undefined) throw new Error('a claim');
    const wrong = [
      { ...claim, path: claim.path.slice(1) },
      { ...claim, index: 3 },
      { ...claim, chainId: claim.chainId + 1 },
      { ...claim, path: claim.path.map((step) => ({ ...step, sum: 2n ** 255n })) },
    ];
    for (const forged of wrong) {
      const text = proofText({ ...proof, claims: [forged] });
      expect(() => verifyLiabilityProof(text)).toThrow(BadProof);
    }
    const twice = proofText({ ...proof, claims: [claim, claim] });
    expect(() => verifyLiabilityProof(twice)).toThrow(
      new BadProof('claims do not ascend by chain and asset'),
    );
    expect(() => verifyLiabilityProof('{')).toThrow(new BadProof('the proof is not JSON'));
  });

  it('says in words what it proves', () => {
    const list = [aLiability({ staked: 40n, reward: 2n, inFlight: 3n })];
    const { root, ...proof } = proofOf(list, 0);
    const [totals] = proof.statement.totals;
    if (totals === undefined) throw new Error('totals');
    expect(explainProof({ root, ...proof })).toEqual([
      `At the end of epoch 7 (blocks 70 of chain 900101) the ledger committed to the root ${root}.`,
      `That root includes what is owed to ${addressOf(5n)}:`,
      `  45 of ${asset} on chain 900101: 40 staked, 2 accrued, 0 in escrow, 3 in flight.`,
      `Of ${asset} on chain 900101 1 users are owed 45, 3 of it in flight, and the books hold 0 ` +
        'besides; the contracts held 42, which covers it.',
    ]);
    const heldBy = (held: bigint | null) =>
      explainProof({
        ...proof,
        root,
        claims: [],
        statement: { ...proof.statement, totals: [{ ...totals, held }] },
      });
    expect(heldBy(41n).at(-1)).toMatch(/the contracts held 41, which is 1 TOO LITTLE\.$/);
    expect(heldBy(null).at(-1)).toMatch(/; what the contracts held was not read\.$/);
    expect(heldBy(null)[1]).toBe(
      `The proof shows nothing owed to ${addressOf(5n)}; it does not show that nothing was.`,
    );
  });
});
