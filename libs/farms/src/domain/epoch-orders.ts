import { type Eid, type Epoch, type Hex } from '#kernel';
import { type EmissionEvent, type EmissionTarget, type OrderFact } from './emission-event.js';

export type OrderStatus = 'decided' | 'dispatched' | 'received' | 'applied';

/** One revision of an epoch's order to one chain. */
export interface OrderState {
  readonly eid: Eid;
  readonly revision: number;
  /** Packet that carries it; null before dispatch and for the hub's own farms. */
  readonly guid: Hex | null;
  /** Value sent with this revision, in shared decimals; 0 before dispatch. */
  readonly amountSD: bigint;
  readonly status: OrderStatus;
  /** Wei this revision moved into streams. */
  readonly appliedNet: bigint;
  /** Wei left in the pot of the epoch on that chain. */
  readonly pot: bigint;
  /** Transaction of the newest step. */
  readonly txHash: Hex | null;
  /** Revert data of the last failed dispatch since the last dispatch, if any. */
  readonly failure: Hex | null;
  /** Whether every step so far is final. */
  readonly isFinal: boolean;
}

/** An epoch as decided and as far as its orders got. */
export interface EpochState {
  readonly epoch: Epoch;
  /** Highest revision decided. */
  readonly revision: number;
  readonly budgetSD: bigint;
  readonly allocatedSD: bigint;
  readonly evidenceHash: Hex;
  readonly targets: readonly EmissionTarget[];
  readonly decidedAt: number;
  readonly txHash: Hex;
  /** Whether the decision is final; each order says so for itself. */
  readonly isFinal: boolean;
  /** Newest revision first, then ascending by endpoint. */
  readonly orders: readonly OrderState[];
}

type OrderEvent = EmissionEvent<OrderFact>;
type Decision = Extract<OrderEvent, { readonly kind: 'epoch-decided' }>;

/**
 * Folds the events of one epoch, of all chains in any order; undefined when no decision is among
 * them. A chain's own order of events decides what came last there.
 */
export function foldEpoch(events: readonly OrderEvent[]): EpochState | undefined {
  const decisions = events.filter((event): event is Decision => event.kind === 'epoch-decided');
  const newest = decisions.toSorted((a, b) => b.revision - a.revision)[0];
  if (newest === undefined) return undefined;
  const { epoch, revision, budgetSD, allocatedSD, evidenceHash, targets, at, txHash } = newest;
  const orders = decisions
    .flatMap((decision) => ordersOf(decision, events, decision === newest))
    .toSorted((a, b) => b.revision - a.revision || a.eid - b.eid);
  const { isFinal } = newest;
  const decided = { epoch, revision, budgetSD, allocatedSD, evidenceHash, targets };
  return { ...decided, decidedAt: at, txHash, isFinal, orders };
}

/** Superseded revisions show only the orders that were dispatched. */
function ordersOf(
  decision: Decision,
  events: readonly OrderEvent[],
  isNewest: boolean,
): readonly OrderState[] {
  const eids = [...new Set(decision.targets.map(({ eid }) => eid))];
  const orders = eids.map((eid) => foldOrder(decision, eid, events));
  return isNewest ? orders : orders.filter(({ status }) => status !== 'decided');
}

function foldOrder(decision: Decision, eid: Eid, events: readonly OrderEvent[]): OrderState {
  const { revision } = decision;
  let order: OrderState = {
    eid,
    revision,
    guid: null,
    amountSD: 0n,
    status: 'decided',
    appliedNet: 0n,
    pot: 0n,
    txHash: decision.txHash,
    failure: null,
    isFinal: decision.isFinal,
  };
  const steps = events
    .map((event) => ({ event, rank: rankOf(event, eid, revision) }))
    .filter(({ rank }) => rank > 0)
    .toSorted((a, b) => a.rank - b.rank);
  for (const { event } of steps) {
    order = applyStep({ ...order, isFinal: order.isFinal && event.isFinal }, event);
  }
  return order;
}

/** Steps of this order in the order they happen, whichever chain was read first; 0 for others. */
function rankOf(event: OrderEvent, eid: Eid, revision: number): number {
  switch (event.kind) {
    case 'dispatch-failed':
      return event.eid === eid ? 1 : 0;
    case 'order-dispatched':
      return event.eid === eid && event.revision === revision ? 2 : 0;
    case 'order-received':
      return event.reportedBy === eid && event.revision === revision ? 3 : 0;
    case 'order-applied':
      return event.reportedBy === eid && event.revision >= revision ? 4 : 0;
    case 'pot-released':
      // Like an application: the later of the two on the chain speaks for the pot.
      return event.reportedBy === eid ? 4 : 0;
    case 'epoch-decided':
    case 'order-unreadable':
      return 0;
  }
}

function applyStep(order: OrderState, event: OrderEvent): OrderState {
  const { txHash } = event;
  switch (event.kind) {
    case 'dispatch-failed':
      return { ...order, failure: event.reason };
    case 'order-dispatched': {
      const { guid, amountSD } = event;
      return { ...order, status: 'dispatched', guid, amountSD, txHash, failure: null };
    }
    case 'order-received':
      return { ...order, status: 'received', txHash };
    case 'order-applied': {
      const isOwn = event.revision === order.revision;
      const appliedNet = order.appliedNet + (isOwn ? event.net : 0n);
      // A later revision that was applied speaks for the pot, and for an order that came before.
      const status = order.status === 'decided' ? order.status : 'applied';
      return {
        ...order,
        status,
        appliedNet,
        pot: event.pot,
        txHash: isOwn ? txHash : order.txHash,
      };
    }
    case 'pot-released':
      return { ...order, pot: event.pot };
    case 'epoch-decided':
    case 'order-unreadable':
      return order;
  }
}
