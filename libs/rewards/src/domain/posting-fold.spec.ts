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
import { type LogPlace, type PostingChain, PostingFold } from './posting-fold.js';

const rewardToken = toAddress(`0x${'a0'.repeat(20)}`);
const stakeToken = toAddress(`0x${'a1'.repeat(20)}`);
const bridge = toAddress(`0x${'b0'.repeat(20)}`);
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
  bridge,
  receiver,
  controller,
};

function aFold(): PostingFold {
  return new PostingFold(chain, emptyBook(), { posted: new Map(), escrowTokens: new Map() });
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
  scaleBits: 96,
  minWeightBits: 0,
  maxRate: 10n ** 20n,
} as const;
/** 100 wei over 100 seconds. */
const stream = { kind: 'stream-adjusted', delta: 100n, rateX: 65_536n, endAt: 1_100 } as const;
const stake = { kind: 'staked', user, payer: user, amount: 10n } as const;

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
        [1_040, { kind: 'claimed', user, amount: 40n }],
        [1_050, { kind: 'withdrawn', user, to: user, amount: 10n }],
        [1_060, { kind: 'stream-adjusted', delta: -50n, rateX: 0n, endAt: 1_100 }],
      ]),
    );
    expect(fold.drafts.map((draft) => [draft.kind, draft.businessKey, ...routes(draft)])).toEqual([
      ['staked', 'log:900231:1000:1', `external ${user} -> staked ${user}:1 10`],
      ['stream-adjusted', 'log:900231:1000:2', 'pot receiver -> stream 1 100'],
      [
        'claimed',
        'log:900231:1040:3',
        `stream 1 -> reward ${user}:1 40`,
        `reward ${user}:1 -> external ${user} 40`,
      ],
      ['withdrawn', 'log:900231:1050:4', `staked ${user}:1 -> external ${user} 10`],
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
    fold.apply(
      { source: 'farms', event: { kind: 'claimed', farmId, seq: 4, at: 1_040, user, amount: 40n } },
      place(1_040, 9),
    );
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

  it('refuses to go on when more was posted than was ever accrued', () => {
    const stored = { posted: new Map([[`${user}:1`, 31n]]), escrowTokens: new Map() };
    const fold = new PostingFold(chain, emptyBook(), stored);
    play(
      fold,
      farmFacts([
        [1_000, added],
        [1_000, stake],
        [1_000, stream],
      ]),
    );
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
      { kind: 'pot-withdrawn', epoch: 0, to: user, amount: 2n, pot: 0n },
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
      `pot receiver -> external ${user} 2`,
      `emission-hub controller -> external ${user} 3`,
    ]);
  });

  it('follows a move through the custody of the bridge, and each way out of escrow', () => {
    const fold = aFold();
    const left = { kind: 'withdrawn', user, to: bridge, amount: 4n } as const;
    const arrived = { kind: 'staked', user: other, payer: bridge, amount: 3n } as const;
    const farmLogs = farmFacts([
      [1_000, added],
      [1_000, stake],
      [1_001, left],
      [1_002, arrived],
    ]);
    const newGuid = toHex(`0x${'92'.repeat(32)}`);
    const moved: readonly LedgerFact[] = [
      { source: 'bridge', fact: { kind: 'move-sent', guid, farmId, amount: 4n } },
      { source: 'bridge', fact: { kind: 'move-escrowed', guid, token: stakeToken, amount: 9n } },
      {
        source: 'bridge',
        fact: { kind: 'move-restaked', guid, farmId, amount: 3n, isFromEscrow: true },
      },
      { source: 'bridge', fact: { kind: 'escrow-withdrawn', guid, to: user, amount: 5n } },
      { source: 'bridge', fact: { kind: 'escrow-returned', guid, newGuid, amount: 1n } },
      {
        source: 'bridge',
        fact: { kind: 'move-restaked', guid: newGuid, farmId, amount: 2n, isFromEscrow: false },
      },
    ];
    play(fold, [...farmLogs, ...moved.map((fact) => [1_003, fact] as const)]);
    expect(fold.drafts.slice(1).flatMap(routes)).toEqual([
      `staked ${user}:1 -> bridge-transit custody 4`,
      `bridge-transit custody -> staked ${other}:1 3`,
      `bridge-transit custody -> bridge-transit ${guid} 4`,
      `bridge-transit ${guid} -> bridge-escrow ${guid} 9`,
      `bridge-escrow ${guid} -> bridge-transit custody 3`,
      `bridge-escrow ${guid} -> external ${user} 5`,
      `bridge-escrow ${guid} -> bridge-transit ${newGuid} 1`,
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
      ...[user, bridge, controller].map((from) => ({ ...sent, from })),
      ...[other, bridge, receiver].map((to) => ({ ...got, to })),
    ];
    play(
      fold,
      facts.map((fact) => [1_000, { source: 'token', fact } as const] as const),
    );
    expect(fold.drafts.flatMap(routes)).toEqual([
      `external ${user} -> bridge-transit ${guid} 5`,
      `bridge-transit ${guid} -> external ${other} 5`,
    ]);
  });

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
