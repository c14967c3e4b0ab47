import { type EpochView } from '#farms';
import { type JourneyState, type JourneyView } from '#bridging';
import { type ProposalState, type ProposalView } from '#governance';
import { type Eid, type Epoch, type FarmId, type Hex, sumOf } from '#kernel';
import { different } from './compare-rows.js';
import { type Finding } from './difference.js';

/** What our rows show of an epoch's orders to one chain, all revisions together. */
export interface ShownOrder {
  readonly epoch: Epoch;
  /** Farms that the epoch may have given something to. */
  readonly farmIds: readonly FarmId[];
  /** Highest revision decided; the chain may know one that is not final on the hub yet. */
  readonly decidedRevision: number;
  /** Highest revision that arrived; 0 before any. */
  readonly revision: number;
  /** Wei moved into streams. */
  readonly given: bigint;
  /** Wei left; null while the newest order that arrived is not applied. */
  readonly pot: bigint | null;
}

export interface OrderReading {
  readonly revision: number;
  readonly given: bigint;
  readonly pot: bigint;
}

export interface DecisionReading {
  readonly revision: number;
  readonly budgetSD: bigint;
  readonly evidenceHash: Hex;
}

/** What the governor has of a proposal; times in seconds, votes in wei of the token. */
export interface ProposalReading {
  /** Number of the governor's own state. */
  readonly state: number;
  readonly against: bigint;
  readonly for: bigint;
  readonly abstain: bigint;
  readonly snapshotAt: bigint;
  readonly deadlineAt: bigint;
}

/** The orders to a chain whose every step is final. */
export function finalOrders(
  epochs: readonly EpochView[],
  chain: { readonly eid: Eid; readonly farmIds: readonly FarmId[] },
): readonly ShownOrder[] {
  return epochs.flatMap(({ epoch, isFinal, orders, targets, revision: decidedRevision }) => {
    const own = orders.filter(({ eid }) => eid === chain.eid);
    if (!isFinal || own.length === 0 || own.some((order) => !order.isFinal)) return [];
    const [newest] = own
      .filter(({ status }) => status === 'received' || status === 'applied')
      .toSorted((a, b) => b.revision - a.revision);
    const named = targets.filter(({ eid }) => eid === chain.eid).map(({ farmId }) => farmId);
    const farmIds = [...new Set([...chain.farmIds, ...named])];
    const revision = newest?.revision ?? 0;
    const given = sumOf(own.map(({ appliedNet }) => appliedNet));
    const pot = newest?.status === 'applied' ? newest.pot : null;
    return [{ epoch, farmIds, decidedRevision, revision, given, pot }];
  });
}

/** Compares what is shown of an epoch's orders with the receiver. */
export function compareOrder(
  order: ShownOrder,
  chain: OrderReading,
  block: number,
): readonly Finding[] {
  // The hub's final block is behind this chain's: what came of that revision is not shown yet.
  if (chain.revision > order.decidedRevision) return [];
  const place = { ...PLACE, what: 'order', subject: `epoch ${order.epoch}`, block } as const;
  return different(
    {
      ...place,
      field: 'revision',
      ledger: BigInt(order.revision),
      chain: BigInt(chain.revision),
    },
    { ...place, field: 'given', ledger: order.given, chain: chain.given },
    { ...place, field: 'pot', ledger: order.pot ?? chain.pot, chain: chain.pot },
  );
}

/** Compares a decided epoch with the controller; the hash of the evidence is given as a number. */
export function compareDecision(
  epoch: Pick<EpochView, 'epoch' | 'revision' | 'budgetSD' | 'evidenceHash'>,
  chain: DecisionReading,
  block: number,
): readonly Finding[] {
  const place = { ...PLACE, what: 'decision', subject: `epoch ${epoch.epoch}`, block } as const;
  return different(
    {
      ...place,
      field: 'revision',
      ledger: BigInt(epoch.revision),
      chain: BigInt(chain.revision),
    },
    { ...place, field: 'budgetSD', ledger: epoch.budgetSD, chain: chain.budgetSD },
    {
      ...place,
      field: 'evidenceHash',
      ledger: BigInt(epoch.evidenceHash),
      chain: BigInt(chain.evidenceHash),
    },
  );
}

/** Compares a journey with the credit on its destination; both as the contract numbers states. */
export function compareJourney(
  journey: Pick<JourneyView, 'guid' | 'state'>,
  chain: { readonly state: number },
  block: number,
): readonly Finding[] {
  const place = { ...PLACE, what: 'journey', subject: `journey ${journey.guid}`, block } as const;
  return different({
    ...place,
    field: 'state',
    ledger: CREDIT_STATES[journey.state],
    chain: BigInt(chain.state),
  });
}

/** States that only an event brings about, as the governor numbers them; time changes the others. */
const STATES_BY_EVENT: Readonly<Partial<Record<ProposalState, number>>> = {
  canceled: 2,
  queued: 5,
  executed: 7,
};

/** Compares a proposal with the governor, but for the states that pass with time. */
export function compareProposal(
  proposal: Pick<ProposalView, 'id' | 'state' | 'votes' | 'snapshotAt' | 'deadlineAt'>,
  chain: ProposalReading,
  block: number,
): readonly Finding[] {
  const { id, state, votes, snapshotAt, deadlineAt } = proposal;
  const place = { ...PLACE, what: 'proposal', subject: `proposal ${id}`, block } as const;
  const byEvent = Object.values(STATES_BY_EVENT).includes(chain.state) ? chain.state : -1;
  return different(
    {
      ...place,
      field: 'state',
      ledger: BigInt(STATES_BY_EVENT[state] ?? -1),
      chain: BigInt(byEvent),
    },
    { ...place, field: 'for', ledger: votes.for, chain: chain.for },
    { ...place, field: 'against', ledger: votes.against, chain: chain.against },
    { ...place, field: 'abstain', ledger: votes.abstain, chain: chain.abstain },
    { ...place, field: 'snapshotAt', ledger: BigInt(snapshotAt), chain: chain.snapshotAt },
    { ...place, field: 'deadlineAt', ledger: BigInt(deadlineAt), chain: chain.deadlineAt },
  );
}

const PLACE = { farmId: null, user: null, accountId: null } as const;

const CREDIT_STATES: Readonly<Record<JourneyState, bigint>> = {
  sent: 0n,
  credited: 0n,
  escrowed: 1n,
  restaked: 2n,
  withdrawn: 3n,
  returned: 4n,
};
