import { describe, expect, it } from 'vitest';
import { type EpochView, type OrderView } from '#farms';
import { type Hex, toEid, toEpoch, toFarmId } from '#kernel';
import { compareJourney, compareOrder, finalOrders } from './compare-projections.js';

const eid = toEid(50_231);
const farmId = toFarmId(1);
const hash: Hex = `0x${'ab'.repeat(32)}`;

function anOrder(overrides: Partial<OrderView> = {}): OrderView {
  return {
    eid,
    revision: 1,
    guid: null,
    amountSD: 5n,
    status: 'applied',
    appliedNet: 5n,
    pot: 2n,
    txHash: hash,
    failure: null,
    isFinal: true,
    chainKey: 'alpha',
    ...overrides,
  };
}

function anEpoch(orders: readonly OrderView[]): EpochView {
  return {
    epoch: toEpoch(3),
    revision: Math.max(...orders.map(({ revision }) => revision)),
    budgetSD: 10n,
    allocatedSD: 10n,
    evidenceHash: hash,
    targets: [],
    decidedAt: 0,
    txHash: hash,
    isFinal: true,
    orders,
  };
}

const shown = (...orders: readonly OrderView[]) =>
  finalOrders([anEpoch(orders)], { eid, farmIds: [farmId] });

describe('finalOrders', () => {
  it('adds the revisions of an epoch up and takes the pot of the newest that arrived', () => {
    const newer = anOrder({ revision: 2, appliedNet: -1n, pot: 3n });
    expect(shown(newer, anOrder())).toEqual([
      { epoch: 3, farmIds: [1], decidedRevision: 2, revision: 2, given: 4n, pot: 3n },
    ]);
  });

  it('expects nothing of an order that is on its way, and no pot before it is applied', () => {
    const sent = anOrder({ status: 'dispatched', appliedNet: 0n, pot: 0n });
    expect(shown(sent)).toMatchObject([{ revision: 0, given: 0n, pot: null }]);
    expect(shown({ ...sent, status: 'received' })).toMatchObject([{ revision: 1, pot: null }]);
  });

  it('leaves out what is not final and what is for other chains', () => {
    expect(shown(anOrder({ isFinal: false }))).toEqual([]);
    expect(shown(anOrder({ eid: toEid(50_121) }))).toEqual([]);
  });
});

describe('compareOrder', () => {
  const [order] = shown(anOrder());

  it('names the epoch and the value that is off', () => {
    const chain = { revision: 1, given: 6n, pot: 2n };
    expect(order && compareOrder(order, chain, 70)).toMatchObject([
      { what: 'order', subject: 'epoch 3', field: 'given', ledger: 5n, chain: 6n, block: 70 },
    ]);
  });

  it('waits for the decision of a revision that reached the chain before it was final', () => {
    const chain = { revision: 2, given: 9n, pot: 9n };
    expect(order && compareOrder(order, chain, 70)).toEqual([]);
  });
});

describe('compareJourney', () => {
  const journey = { guid: hash, state: 'withdrawn' } as const;

  it('finds a journey whose credit took another exit', () => {
    expect(compareJourney(journey, { state: 3 }, 70)).toEqual([]);
    expect(compareJourney(journey, { state: 4 }, 70)).toMatchObject([
      { what: 'journey', subject: `journey ${hash}`, field: 'state', ledger: 3n, chain: 4n },
    ]);
  });

  it('expects no credit before the tokens were handed over', () => {
    expect(compareJourney({ guid: hash, state: 'sent' }, { state: 0 }, 70)).toEqual([]);
    expect(compareJourney({ guid: hash, state: 'credited' }, { state: 0 }, 70)).toEqual([]);
    expect(compareJourney({ guid: hash, state: 'sent' }, { state: 2 }, 70)).toMatchObject([
      { ledger: 0n, chain: 2n },
    ]);
  });
});
