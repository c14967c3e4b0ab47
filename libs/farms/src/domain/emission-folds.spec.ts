import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Hex, toAddress, toChainId, toEid, toEpoch, toFarmId, toHex } from '#kernel';
import { foldParameters } from './controller-params.js';
import {
  type EmissionEvent,
  type EmissionFact,
  type OrderFact,
  type ParameterFact,
} from './emission-event.js';
import { foldEpoch } from './epoch-orders.js';

const hub = toEid(50_121);
const alpha = toEid(50_231);
const epoch = toEpoch(7);
const guid = toHex(`0x${'91'.repeat(32)}`);

function txHash(index: number): Hex {
  return toHex(`0x${index.toString(16).padStart(64, '0')}`);
}

function seen<Fact extends EmissionFact>(
  fact: Fact,
  place: { readonly by?: typeof hub; readonly block?: number; readonly isFinal?: boolean } = {},
): EmissionEvent<Fact> {
  const { by = hub, block = 1, isFinal = true } = place;
  const chainId = toChainId(900_000 + by);
  const where = { chainId, reportedBy: by, blockNumber: block, txHash: txHash(block), at: block };
  return { ...fact, ...where, isFinal };
}

function decided(revision: number, amountSD: bigint): EmissionEvent<OrderFact> {
  const target = { eid: alpha, farmId: toFarmId(1), amountSD };
  const evidenceHash = txHash(1_000 + revision);
  const budget = { budgetSD: 100n, allocatedSD: amountSD, evidenceHash };
  return seen(
    { kind: 'epoch-decided', epoch, revision, ...budget, targets: [target] },
    { block: revision * 10 },
  );
}

function dispatched(revision: number, amountSD: bigint): EmissionEvent<OrderFact> {
  const order = { epoch, eid: alpha, revision, amountSD, guid };
  return seen({ kind: 'order-dispatched', ...order }, { block: revision * 10 + 1 });
}

function received(revision: number): EmissionEvent<OrderFact> {
  const order = { epoch, revision, guid, amount: 60n };
  return seen({ kind: 'order-received', ...order }, { by: alpha, block: 500 + revision });
}

function applied(revision: number, isFinal = true): EmissionEvent<OrderFact> {
  const order = { epoch, revision, net: 50n, pot: 10n };
  return seen({ kind: 'order-applied', ...order }, { by: alpha, block: 600 + revision, isFinal });
}

describe('foldEpoch', () => {
  it('follows an order from decision to application', () => {
    const steps = [decided(1, 60n), dispatched(1, 60n), received(1), applied(1, false)];
    const base = { eid: alpha, revision: 1, failure: null };
    const idle = { appliedNet: 0n, pot: 0n };
    const orders = steps.map((_, index) => foldEpoch(steps.slice(0, index + 1))?.orders);
    expect(orders).toEqual([
      [
        {
          ...base,
          ...idle,
          status: 'decided',
          guid: null,
          amountSD: 0n,
          txHash: txHash(10),
          isFinal: true,
        },
      ],
      [
        {
          ...base,
          ...idle,
          status: 'dispatched',
          guid,
          amountSD: 60n,
          txHash: txHash(11),
          isFinal: true,
        },
      ],
      [
        {
          ...base,
          ...idle,
          status: 'received',
          guid,
          amountSD: 60n,
          txHash: txHash(501),
          isFinal: true,
        },
      ],
      [
        {
          ...base,
          status: 'applied',
          guid,
          amountSD: 60n,
          appliedNet: 50n,
          pot: 10n,
          txHash: txHash(601),
          isFinal: false,
        },
      ],
    ]);
  });

  it('gives the same state whichever chain is read first', () => {
    const events = [decided(1, 60n), decided(2, 70n), dispatched(1, 60n), dispatched(2, 10n)];
    const all = [...events, received(1), received(2), applied(1), applied(2)];
    const expected = foldEpoch(all);
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (shuffled) => {
        expect(foldEpoch(shuffled)).toEqual(expected);
      }),
    );
  });

  it('takes the pot from what came last on the chain, a withdrawal or a replay', () => {
    const withdrawn = seen(
      { kind: 'pot-released', epoch, amount: 4n, pot: 6n },
      { by: alpha, block: 650 },
    );
    const replayed = seen(
      { kind: 'order-applied', epoch, revision: 1, net: 6n, pot: 0n },
      { by: alpha, block: 660 },
    );
    const before = [decided(1, 60n), dispatched(1, 60n), received(1), applied(1), withdrawn];
    expect(foldEpoch(before)?.orders.map(({ pot }) => pot)).toEqual([6n]);
    expect(foldEpoch([...before, replayed])?.orders.map(({ pot }) => pot)).toEqual([0n]);
  });

  it('keeps a superseded revision only when it was dispatched', () => {
    const undispatched = foldEpoch([decided(1, 60n), decided(2, 70n)]);
    expect(undispatched?.orders.map(({ revision }) => revision)).toEqual([2]);
    const sent = foldEpoch([decided(1, 60n), dispatched(1, 60n), decided(2, 70n)]);
    expect(sent?.orders.map(({ revision, status }) => [revision, status])).toEqual([
      [2, 'decided'],
      [1, 'dispatched'],
    ]);
    expect(sent).toMatchObject({ revision: 2, allocatedSD: 70n, evidenceHash: txHash(1_002) });
  });

  it('shows why a dispatch failed until one succeeds', () => {
    const reason = toHex('0xdeadbeef');
    const failed = seen({ kind: 'dispatch-failed', epoch, eid: alpha, reason } as const);
    expect(foldEpoch([decided(1, 60n), failed])?.orders[0]).toMatchObject({
      status: 'decided',
      failure: reason,
    });
    const later = [decided(1, 60n), failed, dispatched(1, 60n)];
    expect(foldEpoch(later)?.orders[0]?.failure).toBeNull();
  });

  it('is nothing without a decision', () => {
    expect(foldEpoch([received(1)])).toBeUndefined();
  });
});

describe('foldParameters', () => {
  const operator = toAddress(`0x${'0a'.repeat(20)}`);
  const receiver = toAddress(`0x${'0e'.repeat(20)}`);
  const schedule = { fromEpoch: 1, budgetSD: 9n, floorSD: 1n, decayBps: 0, decayEvery: 0 };
  const farm = { eid: alpha, farmId: toFarmId(2), minBps: 0, maxBps: 5_000 };
  const facts: readonly ParameterFact[] = [
    { kind: 'schedule-set', schedule },
    { kind: 'operator-set', operator },
    { kind: 'chain-registered', eid: alpha, receiver, maxBps: 9_000 },
    { kind: 'chain-registered', eid: hub, receiver, maxBps: 9_000 },
    { kind: 'farm-bounds-set', ...farm },
    { kind: 'farm-bounds-set', ...farm, farmId: toFarmId(1) },
    { kind: 'farm-bounds-set', ...farm, maxBps: 6_000 },
    { kind: 'controller-paused', isPaused: true },
    { kind: 'sentinel-set', sentinel: operator, until: 1_500 },
    { kind: 'revenue-multiple-set', fromEpoch: 3, multipleBps: 9_000 },
    { kind: 'revenue-multiple-set', fromEpoch: 2, multipleBps: 0 },
    { kind: 'revenue-multiple-set', fromEpoch: 4, multipleBps: 8_000 },
  ];

  it('keeps the last value of everything, sorted', () => {
    const state = foldParameters(facts.map((fact) => seen(fact)));
    expect(state).toEqual({
      operator,
      guardian: null,
      sentinel: { address: operator, until: 1_500 },
      schedules: [schedule],
      maxChangeBps: null,
      revenueMultiples: [
        { fromEpoch: 2, multipleBps: 0 },
        { fromEpoch: 4, multipleBps: 8_000 },
      ],
      feeCap: null,
      isPaused: true,
      chains: [
        { eid: hub, receiver, maxBps: 9_000 },
        { eid: alpha, receiver, maxBps: 9_000 },
      ],
      farms: [
        { ...farm, farmId: toFarmId(1) },
        { ...farm, maxBps: 6_000 },
      ],
    });
  });

  it('replaces a schedule that never came into force and drops removed farms', () => {
    const later = { ...schedule, fromEpoch: 9, budgetSD: 5n };
    const replaced = { ...later, budgetSD: 4n };
    const more: readonly ParameterFact[] = [
      ...facts,
      { kind: 'schedule-set', schedule: later },
      { kind: 'schedule-set', schedule: replaced },
      { kind: 'farm-removed', eid: alpha, farmId: toFarmId(1) },
    ];
    const state = foldParameters(more.map((fact) => seen(fact)));
    expect(state.schedules).toEqual([schedule, replaced]);
    expect(state.farms).toEqual([{ ...farm, maxBps: 6_000 }]);
  });
});
