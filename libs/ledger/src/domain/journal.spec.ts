import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvariantViolation, sumOf, toAddress } from '#kernel';
import { aJournal } from '../testing/index.js';
import { ACCOUNT_KINDS, accountKindOf, mayOverdraw } from './accounts.js';
import { assertSound, GENESIS_HASH, journalContent, journalPreimage, movement } from './journal.js';

const token = toAddress(`0x${'a1'.repeat(20)}`);
const other = toAddress(`0x${'a2'.repeat(20)}`);
const legs = {
  from: { kind: 'pot', owner: 'receiver' },
  to: { kind: 'stream', owner: '1' },
} as const;

describe('movement', () => {
  it('debits the origin and credits the target with the same amount', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 2n ** 200n }), (amount) => {
        const postings = movement({ asset: token, ...legs, amount });
        expect(sumOf(postings.map((posting) => posting.amount))).toBe(0n);
        expect(postings[0].amount).toBe(amount);
        assertSound(aJournal({ postings }));
      }),
    );
  });

  it('refuses to move nothing or less', () => {
    expect(() => movement({ asset: token, ...legs, amount: 0n })).toThrow(
      new InvariantViolation('a movement must be positive, got 0'),
    );
  });
});

describe('assertSound', () => {
  it('refuses postings that do not sum to zero', () => {
    const [debit, credit] = movement({ asset: token, ...legs, amount: 5n });
    const draft = aJournal({ postings: [debit, { ...credit, amount: -4n }] });
    expect(() => assertSound(draft)).toThrow(
      new InvariantViolation(`${draft.businessKey}: postings of ${token} sum to 1, not to zero`),
    );
  });

  it('balances every asset on its own', () => {
    const [debit, credit] = movement({ asset: token, ...legs, amount: 5n });
    const draft = aJournal({ postings: [debit, { ...credit, asset: other }] });
    expect(() => assertSound(draft)).toThrow(InvariantViolation);
    const both = [debit, credit, ...movement({ asset: other, ...legs, amount: 9n })];
    expect(() => assertSound(aJournal({ postings: both }))).not.toThrow();
  });

  it('refuses a single leg, a zero leg and text that could forge a preimage', () => {
    const [debit, credit] = movement({ asset: token, ...legs, amount: 5n });
    const bad = [
      aJournal({ postings: [debit] }),
      aJournal({ postings: [debit, credit, { ...debit, amount: 0n }] }),
      aJournal({ businessKey: 'a\nb' }),
      aJournal({ kind: '' }),
      aJournal({ postings: [debit, { ...credit, owner: 'x\ny' }] }),
    ];
    for (const draft of bad) expect(() => assertSound(draft)).toThrow(InvariantViolation);
  });
});

describe('journalPreimage', () => {
  it('is fixed by its vector', () => {
    expect(journalContent(aJournal()).split('\n')).toEqual([
      'headwater-journal-1',
      'log:900101:7:0',
      '900101',
      'staked',
      '7',
      `0x${'07'.repeat(32)}`,
      `0x${'70'.repeat(32)}`,
      '0',
      '1795000000',
      '2',
      token,
      'external',
      `0x${'0b'.repeat(20)}`,
      '5',
      token,
      'staked',
      `0x${'0b'.repeat(20)}:1`,
      '-5',
    ]);
  });

  it('changes with every field and with the place', () => {
    const [debit, credit] = movement({ asset: token, ...legs, amount: 5n });
    const base = aJournal({ postings: [debit, credit] });
    const place = { seq: 1, prevHash: GENESIS_HASH };
    const variants = [
      journalPreimage(base, place),
      journalPreimage(base, { ...place, seq: 2 }),
      journalPreimage(base, { ...place, prevHash: `0x${'1'.repeat(64)}` }),
      ...[
        { ...base, kind: 'withdrawn' },
        { ...base, block: { ...base.block, number: 8 } },
        { ...base, block: { ...base.block, hash: GENESIS_HASH } },
        { ...base, txHash: null },
        { ...base, logIndex: null },
        { ...base, occurredAt: 1 },
        { ...base, postings: [credit, debit] },
        {
          ...base,
          postings: [
            { ...debit, amount: 6n },
            { ...credit, amount: -6n },
          ],
        },
      ].map((draft) => journalPreimage(draft, place)),
    ];
    expect(new Set(variants).size).toBe(variants.length);
  });
});

describe('accounts', () => {
  it("lets only the outside, the hub's funds, surplus and transit go below zero", () => {
    expect(ACCOUNT_KINDS.filter((kind) => !mayOverdraw(kind))).toEqual([
      'staked',
      'bridge-escrow',
      'pot',
      'returnable',
      'stream',
      'idle',
      'reward',
      'dust',
      'treasury',
    ]);
  });

  it('knows its own kinds and no other', () => {
    expect(accountKindOf('reward')).toBe('reward');
    expect(accountKindOf('rewards')).toBeUndefined();
  });
});
