import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EmissionFact, emptyBook, type FarmEvent } from '#farms';
import {
  InvariantViolation,
  sumOf,
  toAddress,
  toChainId,
  toEid,
  toEpoch,
  toFarmId,
  toHex,
  type Hex,
} from '#kernel';
import { type JournalDraft } from '#ledger';
import { type LedgerFact } from './ledger-fact.js';
import { emptySums } from './farm-postings.js';
import { type LogPlace } from './journal-sink.js';
import { type PostingChain, PostingFold } from './posting-fold.js';

const rewardToken = toAddress(`0x${'a0'.repeat(20)}`);
const stakeToken = toAddress(`0x${'a1'.repeat(20)}`);
const bridge = toAddress(`0x${'b0'.repeat(20)}`);
const farms = toAddress(`0x${'fa'.repeat(20)}`);
const receiver = toAddress(`0x${'e0'.repeat(20)}`);
const controller = toAddress(`0x${'c0'.repeat(20)}`);
const user = toAddress(`0x${'0b'.repeat(20)}`);
const other = toAddress(`0x${'0c'.repeat(20)}`);
const farmId = toFarmId(1);
const guid = toHex(`0x${'91'.repeat(32)}`);

const chain: PostingChain = {
  chainId: toChainId(900_231),
  rewardToken,
  sharedUnit: 10n ** 12n,
  farms,
  bridge,
  receiver,
  controller,
};

function aFold(): PostingFold {
  const stored = emptySums();
  return new PostingFold(chain, emptyBook({ rewardToken, receiver, bridge }), stored);
}

function hashOf(block: number): Hex {
  return toHex(`0x${block.toString(16).padStart(64, '0')}`);
}

/** Block numbers are times here: block 1,234 is at second 1,234. */
function place(block: number, logIndex: number): LogPlace {
  const blockHash = hashOf(block);
  return { blockNumber: block, blockHash, blockTimestamp: block, txHash: blockHash, logIndex };
}

function play(fold: PostingFold, facts: readonly (readonly [number, LedgerFact])[]): void {
  for (const [index, [block, fact]] of facts.entries()) fold.apply(fact, place(block, index));
}

type EventBody<Event = FarmEvent> = Event extends FarmEvent
  ? Omit<Event, 'farmId' | 'seq' | 'at'>
  : never;

function farmFacts(
  events: readonly (readonly [number, EventBody])[],
): readonly (readonly [number, LedgerFact])[] {
  return events.map(([at, event], index) => [
    at,
    { source: 'farms', event: { ...event, farmId, seq: index + 1, at } },
  ]);
}

const added = {
  kind: 'farm-added',
  stakeToken,
  scaleBits: 64,
  maxRate: 10n ** 20n,
  hasTerms: false,
} as const;
const funding = { kind: 'stream-adjusted', stream: 0 } as const;
/** 100 wei over 100 seconds. */
const stream = { ...funding, delta: 100n, remaining: 100n, endAt: 1_100 } as const;
const stake = { kind: 'staked', user, payer: user, amount: 8n, weight: 8n } as const;

/** `debit -> credit amount` of every movement of a journal. */
function routes(draft: JournalDraft | undefined): readonly string[] {
  const legs = draft?.postings ?? [];
  return legs.flatMap((leg, index) => {
    const to = legs[index + 1];
    if (index % 2 === 1 || to === undefined) return [];
    return [`${leg.kind} ${leg.owner} -> ${to.kind} ${to.owner} ${leg.amount}`];
  });
}

describe('PostingFold', () => {
  it('books stakes, streams, claims and exits', () => {
    const fold = aFold();
    play(
      fold,
      farmFacts([
        [1_000, added],
        [1_000, stake],
        [1_000, stream],
        [1_040, { kind: 'claimed', user, to: user, amount: 40n }],
        [1_050, { kind: 'withdrawn', user, to: user, amount: 8n, weight: 0n }],
        [1_060, { ...funding, delta: -50n, remaining: 0n, endAt: 1_100 }],
      ]),
    );
    expect(fold.drafts.map((draft) => [draft.kind, draft.businessKey, ...routes(draft)])).toEqual([
      ['staked', 'log:900231:1000:1', `external ${user} -> staked ${user}:1 8`],
      ['stream-adjusted', 'log:900231:1000:2', 'pot receiver -> stream 1 100'],
      [
        'claimed',
        'log:900231:1040:3',
        `stream 1 -> reward ${user}:1 40`,
        `reward ${user}:1 -> external ${user} 40`,
      ],
      ['withdrawn', 'log:900231:1050:4', `staked ${user}:1 -> external ${user} 8`],
      ['stream-adjusted', 'log:900231:1060:5', 'stream 1 -> pot receiver 50'],
    ]);
    expect(fold.drafts.map(({ postings }) => postings[0]?.asset)).toEqual([
      stakeToken,
      rewardToken,
      rewardToken,
      stakeToken,
      rewardToken,
    ]);
  });

  it('gives at a boundary what nobody was given yet, and nothing twice', () => {
    const fold = aFold();
    play(
      fold,
      farmFacts([
        [1_000, added],
        [1_000, stake],
        [1_000, stream],
      ]),
    );
    const boundary = (at: number): void =>
      fold.accrueAll({ number: at, hash: hashOf(at), timestamp: at });
    boundary(1_030);
    boundary(1_030);
    const claim = { kind: 'claimed', user, to: user, amount: 40n } as const;
    const event = { ...claim, farmId, seq: 4, at: 1_040 };
    fold.apply({ source: 'farms', event }, place(1_040, 9));
    boundary(1_055);
    expect(fold.drafts.slice(2).map((draft) => [draft.businessKey, ...routes(draft)])).toEqual([
      [`accrual:900231:1030:1:${user}`, `stream 1 -> reward ${user}:1 30`],
      [
        'log:900231:1040:9',
        `stream 1 -> reward ${user}:1 10`,
        `reward ${user}:1 -> external ${user} 40`,
      ],
      [`accrual:900231:1055:1:${user}`, `stream 1 -> reward ${user}:1 15`],
    ]);
  });

  it('posts what streams to nobody, and folds it back when the stream is adjusted', () => {
    const fold = aFold();
    const later = farmFacts([
      [1_000, added],
      [1_000, stream],
      [1_050, { ...funding, delta: 7n, remaining: 107n, endAt: 1_100 }],
    ]);
    play(fold, later.slice(0, 2));
    fold.accrueAll({ number: 1_030, hash: hashOf(1_030), timestamp: 1_030 });
    play(fold, later.slice(2));
    expect(fold.drafts.slice(1).map((draft) => [draft.businessKey, ...routes(draft)])).toEqual([
      ['accrual:900231:1030:idle:1', 'stream 1 -> idle 1 30'],
      ['log:900231:1050:0', 'idle 1 -> stream 1 30', 'pot receiver -> stream 1 7'],
    ]);
  });

  it('books what a stream gives back that nobody earned', () => {
    const fold = aFold();
    const extra = { stream: 1, token: stakeToken } as const;
    const held = { kind: 'stream-adjusted', stream: 1, delta: 50n, remaining: 50n } as const;
    const facts = farmFacts([
      [1_000, added],
      [1_000, { ...extra, kind: 'stream-added', funder: other, maxRate: 2n ** 64n }],
      [1_000, { ...held, endAt: 1_100 }],
      [1_200, { kind: 'stream-swept', stream: 1, to: other, amount: 50n }],
    ]);
    play(fold, facts.slice(0, 3));
    fold.accrueAll({ number: 1_030, hash: hashOf(1_030), timestamp: 1_030 });
    play(fold, facts.slice(3));
    fold.accrueAll({ number: 1_300, hash: hashOf(1_300), timestamp: 1_300 });
    expect(fold.drafts.map((draft) => [draft.businessKey, ...routes(draft)])).toEqual([
      ['log:900231:1000:2', `external ${other} -> stream 1:1 50`],
      ['accrual:900231:1030:idle:1', 'stream 1:1 -> idle 1:1 15'],
      ['log:900231:1200:0', 'idle 1:1 -> stream 1:1 15', `stream 1:1 -> external ${other} 50`],
    ]);
  });

  it('takes a wei back that the division of a new weight cuts off', () => {
    const fold = aFold();
    const facts = farmFacts([
      [1_000, added],
      [1_000, stake],
      [1_000, stream],
      [1_040, { ...stake, amount: 1n, weight: 9n }],
    ]);
    play(fold, facts.slice(0, 3));
    fold.accrueAll({ number: 1_040, hash: hashOf(1_040), timestamp: 1_040 });
    play(fold, facts.slice(3));
    const cut = fold.drafts.at(-2);
    expect([cut?.businessKey, cut?.kind, ...routes(cut)]).toEqual([
      'cut:900231:1040:0',
      'cut',
      `reward ${user}:1 -> stream 1 1`,
    ]);
  });

  it('takes a wei back that a claim of whole units cuts off the rest', () => {
    const fold = aFold();
    const mine = { ...stake, amount: 3n, weight: 3n } as const;
    const facts = farmFacts([
      [1_000, added],
      [1_000, mine],
      [1_000, { ...mine, user: other, payer: other, amount: 5n, weight: 5n }],
      [1_000, stream],
      [1_040, { kind: 'claimed', user, to: bridge, amount: 13n }],
    ]);
    play(fold, facts.slice(0, 4));
    const boundary = { number: 1_040, hash: hashOf(1_040), timestamp: 1_040 };
    fold.accrueAll(boundary);
    play(fold, facts.slice(4));
    fold.accrueAll(boundary);
    expect(fold.drafts.slice(3).map((draft) => [draft.businessKey, ...routes(draft)])).toEqual([
      [`accrual:900231:1040:1:${user}`, `stream 1 -> reward ${user}:1 15`],
      [`accrual:900231:1040:1:${other}`, `stream 1 -> reward ${other}:1 25`],
      ['cut:900231:1040:0', `reward ${user}:1 -> stream 1 1`],
      ['log:900231:1040:0', `reward ${user}:1 -> bridge-transit custody 13`],
    ]);
  });

  it('books an early exit with its fee, to those who stay and to the treasury', () => {
    const fold = aFold();
    const lock = { lockEnd: 1_900, tier: 1, tierBoostBps: 10_000, feeBps: 2_500 };
    const fee = { kind: 'exit-fee-taken', user, fee: 1n } as const;
    const fund = { kind: 'stream-adjusted', stream: 1, delta: 1n, endAt: 1_160 } as const;
    const left = { kind: 'exited', user, amount: 4n, paid: 0n } as const;
    play(
      fold,
      farmFacts([
        [1_000, { ...added, hasTerms: true }],
        [1_000, { kind: 'stream-added', stream: 1, token: stakeToken, funder: other, maxRate: 9n }],
        [1_000, stake],
        [1_000, { kind: 'locked', user, ...lock }],
        [1_100, { kind: 'withdrawn', user, to: other, amount: 4n, weight: 4n }],
        [1_100, { ...fee, toStakers: true }],
        [1_100, { ...fund, remaining: 1n }],
        [1_100, { ...left, weight: 0n }],
        [1_100, { ...fee, toStakers: false }],
        [1_200, { ...fee, fee: 3n, toStakers: false }],
      ]),
    );
    const paid = { kind: 'treasury-paid', token: stakeToken, amount: 4n } as const;
    const event = { ...paid, seq: 11, at: 1_200 };
    fold.apply({ source: 'farms', event }, place(1_200, 20));
    expect(fold.drafts.slice(1).flatMap(routes)).toEqual([
      `staked ${user}:1 -> external ${other} 4`,
      `external ${other} -> surplus farms 1`,
      'surplus farms -> stream 1:1 1',
      `staked ${user}:1 -> external ${user} 4`,
      `external ${user} -> treasury farms 1`,
      // The bridge collected it from an escrow.
      'bridge-transit custody -> treasury farms 3',
      'treasury farms -> external treasury 4',
    ]);
  });

  it('books a compound and a stream of another token without leaving the farms', () => {
    const fold = aFold();
    const token = toAddress(`0x${'f2'.repeat(20)}`);
    const fund = { kind: 'stream-adjusted', stream: 1, delta: 40n, endAt: 1_100 } as const;
    play(
      fold,
      farmFacts([
        [1_000, { ...added, stakeToken: rewardToken }],
        [1_000, { kind: 'stream-added', stream: 1, token, funder: other, maxRate: 9n }],
        [1_000, stake],
        [1_000, stream],
        [1_060, { ...fund, remaining: 40n }],
        [1_080, { kind: 'claimed', user, to: farms, amount: 80n }],
        [1_080, { kind: 'staked', user, payer: farms, amount: 80n, weight: 88n }],
        [1_100, { kind: 'stream-claimed', stream: 1, user, to: user, amount: 39n }],
      ]),
    );
    expect(fold.drafts.slice(2).map((draft) => [draft.kind, ...routes(draft)])).toEqual([
      ['stream-adjusted', `external ${other} -> stream 1:1 40`],
      ['claimed', `stream 1 -> reward ${user}:1 80`, `reward ${user}:1 -> surplus farms 80`],
      ['staked', `surplus farms -> staked ${user}:1 80`],
      [
        'stream-claimed',
        `stream 1:1 -> reward ${user}:1:1 39`,
        `reward ${user}:1:1 -> external ${user} 39`,
      ],
    ]);
    expect(fold.drafts.at(-1)?.postings.map(({ asset }) => asset)).toEqual(
      Array.from({ length: 4 }, () => token),
    );
  });

  /** @property E26 */
  it('refuses to go on when more was posted than was ever accrued', () => {
    const fold = aFold();
    play(
      fold,
      farmFacts([
        [1_000, added],
        [1_000, stake],
        [1_000, stream],
      ]),
    );
    fold.stored.posted.set(`${user}:1`, [31n]);
    expect(() => fold.accrueAll({ number: 1_030, hash: hashOf(1_030), timestamp: 1_030 })).toThrow(
      new InvariantViolation(`position ${user}:1 was given 1 wei more than it accrued`),
    );
  });

  it('books orders in wei and skips those that carry targets alone', () => {
    const fold = aFold();
    const order = { epoch: toEpoch(7), eid: toEid(50_231), revision: 1 };
    const facts: readonly EmissionFact[] = [
      { kind: 'order-dispatched', ...order, amountSD: 5n, guid },
      { kind: 'order-dispatched', ...order, amountSD: 0n, guid },
      { kind: 'order-dispatched', ...order, amountSD: 6n, guid: null },
      { kind: 'order-received', ...order, amount: 7n, guid },
      { kind: 'order-received', ...order, amount: 8n, guid: null },
      { kind: 'order-unreadable', amount: 9n, guid },
      { kind: 'pot-released', epoch: 0, amount: 2n, pot: 0n },
      { kind: 'returned-to-hub', amount: 1n, guid },
      { kind: 'returned-to-hub', amount: 1n, guid: null },
      { kind: 'revenue-deposited', epoch: 7, from: other, amount: 4n },
      { kind: 'surplus-recovered', token: stakeToken, to: user, amount: 6n },
      { kind: 'token-withdrawn', to: user, amount: 3n },
      { kind: 'controller-paused', isPaused: true },
    ];
    play(
      fold,
      facts.map((fact) => [1_000, { source: 'emission', fact }] as const),
    );
    expect(fold.drafts.flatMap(routes)).toEqual([
      `emission-hub controller -> emission-transit ${guid} 5000000000000`,
      'emission-hub controller -> emission-transit local 6000000000000',
      `emission-transit ${guid} -> pot receiver 7`,
      'emission-transit local -> pot receiver 8',
      `emission-transit ${guid} -> pot receiver 9`,
      'pot receiver -> returnable receiver 2',
      `returnable receiver -> bridge-transit ${guid} 1`,
      'returnable receiver -> emission-hub controller 1',
      `external ${other} -> emission-hub controller 4`,
      `surplus receiver -> external ${user} 6`,
      `emission-hub controller -> external ${user} 3`,
    ]);
  });

  it('follows a move through the custody of the bridge, and each way out of escrow', () => {
    const fold = aFold();
    const left = { kind: 'withdrawn', user, to: bridge, amount: 4n, weight: 4n } as const;
    const paid = { payer: bridge, amount: 3n, weight: 3n };
    const arrived = { kind: 'staked', user: other, ...paid } as const;
    const farmLogs = farmFacts([
      [1_000, added],
      [1_000, stake],
      [1_001, left],
      [1_002, arrived],
    ]);
    const newGuid = toHex(`0x${'92'.repeat(32)}`);
    const credit = { guid, token: stakeToken };
    const moved: readonly LedgerFact[] = [
      { source: 'bridge', fact: { kind: 'move-sent', guid, farmId, amount: 4n } },
      { source: 'bridge', fact: { kind: 'move-escrowed', guid, token: stakeToken, amount: 9n } },
      {
        source: 'bridge',
        fact: { kind: 'move-restaked', ...credit, amount: 3n, isFromEscrow: true },
      },
      { source: 'bridge', fact: { kind: 'escrow-fee-paid', ...credit, fee: 1n, toFarm: true } },
      { source: 'bridge', fact: { kind: 'escrow-fee-paid', ...credit, fee: 2n, toFarm: false } },
      { source: 'bridge', fact: { kind: 'escrow-withdrawn', ...credit, to: user, amount: 1n } },
      {
        source: 'bridge',
        fact: {
          kind: 'escrow-returned',
          ...credit,
          newGuid,
          amount: 1n,
          dust: 1n,
          recipient: other,
        },
      },
      {
        source: 'bridge',
        fact: {
          kind: 'move-restaked',
          guid: newGuid,
          token: stakeToken,
          amount: 2n,
          isFromEscrow: false,
        },
      },
    ];
    play(fold, [...farmLogs, ...moved.map((fact) => [1_003, fact] as const)]);
    expect(fold.drafts.slice(1).flatMap(routes)).toEqual([
      `staked ${user}:1 -> bridge-transit custody 4`,
      `bridge-transit custody -> staked ${other}:1 3`,
      `bridge-transit custody -> bridge-transit ${guid} 4`,
      `bridge-transit ${guid} -> bridge-escrow ${guid} 9`,
      `bridge-escrow ${guid} -> bridge-transit custody 3`,
      `bridge-escrow ${guid} -> bridge-transit custody 1`,
      `bridge-escrow ${guid} -> external treasury 2`,
      `bridge-escrow ${guid} -> external ${user} 1`,
      `bridge-escrow ${guid} -> bridge-transit ${newGuid} 1`,
      `bridge-escrow ${guid} -> external ${other} 1`,
      `bridge-transit ${newGuid} -> bridge-transit custody 2`,
    ]);
    expect(
      new Set(fold.drafts.flatMap(({ postings }) => postings.map(({ asset }) => asset))),
    ).toEqual(new Set([stakeToken]));
  });

  it('books transfers of anybody, and leaves those of our contracts to their own events', () => {
    const fold = aFold();
    const sent = { kind: 'tokens-sent', guid, token: stakeToken, amount: 5n } as const;
    const got = { kind: 'tokens-received', guid, token: stakeToken, amount: 5n } as const;
    const facts = [
      ...[user, bridge, receiver, controller].map((from) => ({ ...sent, from })),
      ...[other, bridge, receiver, controller].map((to) => ({ ...got, to })),
    ];
    play(
      fold,
      facts.map((fact) => [1_000, { source: 'token', fact } as const] as const),
    );
    expect(fold.drafts.flatMap(routes)).toEqual([
      `external ${user} -> bridge-transit ${guid} 5`,
      `bridge-transit ${guid} -> external ${other} 5`,
      `bridge-transit ${guid} -> emission-hub controller 5`,
    ]);
  });

  /** @property I9 */
  it('leaves every asset balanced in every journal', () => {
    const amount = fc.bigInt({ min: 0n, max: 2n ** 90n });
    fc.assert(
      fc.property(fc.array(amount), (amounts) => {
        const fold = aFold();
        const order = { kind: 'order-received', epoch: toEpoch(7), revision: 1, guid } as const;
        const facts = amounts.map((value): EmissionFact => ({ ...order, amount: value }));
        play(
          fold,
          facts.map((fact) => [1, { source: 'emission', fact }] as const),
        );
        for (const { postings } of fold.drafts) {
          expect(sumOf(postings.map((posting) => posting.amount))).toBe(0n);
        }
        expect(fold.drafts.length).toBe(amounts.filter((value) => value > 0n).length);
      }),
    );
  });
});
