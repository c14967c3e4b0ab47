import { sumOf } from '#kernel';
import type { ProposalEvent, RawCall } from './proposal-event.js';
import type { ProposalCall, ProposalState, ProposalView } from './proposal-view.js';

type Support = 'for' | 'against' | 'abstain';

/**
 * Folds the events of one proposal, in chain order, into its state at chain time `now`. Pure;
 * undefined when it was never created.
 *
 * A proposal succeeds when more votes are for it than against and those for and abstaining reach
 * the quorum, as the governor counts.
 */
export function foldProposal(
  events: readonly ProposalEvent[],
  context: {
    readonly id: string;
    /** Seconds. */
    readonly now: number;
    readonly quorum: bigint;
    readonly describe: (call: RawCall) => ProposalCall;
  },
): Omit<ProposalView, 'verification'> | undefined {
  const created = events.find((event) => event.kind === 'created');
  if (created === undefined) return undefined;
  const { id, now, quorum, describe } = context;
  const votes = {
    for: weightOf(events, 'for'),
    against: weightOf(events, 'against'),
    abstain: weightOf(events, 'abstain'),
  };
  const executed = events.find((event) => event.kind === 'executed');
  return {
    id,
    title: titleOf(created.description),
    description: created.description,
    proposer: created.proposer,
    state: stateOf({ events, votes, quorum, now, ...created }),
    votes,
    quorum,
    snapshotAt: created.snapshotAt,
    deadlineAt: created.deadlineAt,
    eta: events.find((event) => event.kind === 'queued')?.eta ?? null,
    calls: created.calls.map(describe),
    createdAt: created.place.blockTimestamp,
    executedAt: executed?.place.blockTimestamp ?? null,
    txs: { created: created.place.txHash, executed: executed?.place.txHash ?? null },
    isFinal: events.every(({ place }) => place.isFinal),
  };
}

function stateOf(options: {
  readonly events: readonly ProposalEvent[];
  readonly votes: Readonly<Record<Support, bigint>>;
  readonly quorum: bigint;
  readonly now: number;
  readonly snapshotAt: number;
  readonly deadlineAt: number;
}): ProposalState {
  const { events, votes, quorum, now, snapshotAt, deadlineAt } = options;
  const has = (kind: ProposalEvent['kind']) => events.some((event) => event.kind === kind);
  if (has('executed')) return 'executed';
  if (has('canceled')) return 'canceled';
  if (has('queued')) return 'queued';
  if (now <= snapshotAt) return 'pending';
  if (now <= deadlineAt) return 'active';
  const isCarried = votes.for > votes.against && votes.for + votes.abstain >= quorum;
  return isCarried ? 'succeeded' : 'defeated';
}

function weightOf(events: readonly ProposalEvent[], support: Support): bigint {
  const votes = events.filter((event) => event.kind === 'voted');
  return sumOf(votes.filter((vote) => vote.support === support).map(({ weight }) => weight));
}

/** The first line that says something, without Markdown heading marks. */
function titleOf(description: string): string {
  const line = description.split('\n').find((each) => each.trim() !== '') ?? '';
  return line.replace(/^#+\s*/, '').trim();
}
