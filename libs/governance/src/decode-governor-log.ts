import { governorAbi } from '#abi';
import type { ChainLog } from '#chain';
import type { IndexedLog } from '#indexer';
import { assert, defined, type Hex, toAddress, toHex } from '#kernel';
import { decodeEventLog, encodeEventTopics } from 'viem';
import type { ProposalEvent, RawCall } from './domain/proposal-event.js';

type WithoutPlace<Event> = Event extends ProposalEvent ? Omit<Event, 'place'> : never;

/** What a log of the governor says about one proposal. */
export interface GovernorLog {
  /** Decimal. */
  readonly id: string;
  readonly happening: WithoutPlace<ProposalEvent>;
}

/** First topics of the governor's events about proposals. */
export const GOVERNOR_TOPICS: readonly Hex[] = (
  [
    'ProposalCreated',
    'VoteCast',
    'VoteCastWithParams',
    'ProposalQueued',
    'ProposalExecuted',
    'ProposalCanceled',
  ] as const
).map((eventName) => toHex(encodeEventTopics({ abi: governorAbi, eventName })[0]));

const SUPPORTS = ['against', 'for', 'abstain'] as const;

/** Reads a log of the governor; undefined when it is about no proposal. */
export function decodeGovernorLog(log: Pick<ChainLog, 'topics' | 'data'>): GovernorLog | undefined {
  const [signature, ...rest] = log.topics;
  if (signature === undefined || !GOVERNOR_TOPICS.includes(signature)) return undefined;
  const { eventName, args } = decodeEventLog({
    abi: governorAbi,
    topics: [signature, ...rest],
    data: log.data,
  });
  switch (eventName) {
    case 'ProposalCreated':
      return {
        id: args.proposalId.toString(),
        happening: {
          kind: 'created',
          proposer: toAddress(args.proposer),
          calls: callsOf(args),
          snapshotAt: Number(args.voteStart),
          deadlineAt: Number(args.voteEnd),
          description: args.description,
        },
      };
    case 'VoteCast':
    case 'VoteCastWithParams':
      return {
        id: args.proposalId.toString(),
        happening: {
          kind: 'voted',
          voter: toAddress(args.voter),
          support: defined(SUPPORTS[args.support], `meaning of vote type ${args.support}`),
          weight: args.weight,
        },
      };
    case 'ProposalQueued':
      return {
        id: args.proposalId.toString(),
        happening: { kind: 'queued', eta: Number(args.etaSeconds) },
      };
    case 'ProposalExecuted':
      return { id: args.proposalId.toString(), happening: { kind: 'executed' } };
    case 'ProposalCanceled':
      return { id: args.proposalId.toString(), happening: { kind: 'canceled' } };
    default:
      return undefined;
  }
}

/** The event of an indexed log; undefined when it is about no proposal. */
export function proposalEventOf(log: IndexedLog): ProposalEvent | undefined {
  const decoded = decodeGovernorLog(log);
  return decoded && { ...decoded.happening, place: log };
}

function callsOf(args: {
  readonly targets: readonly string[];
  readonly values: readonly bigint[];
  readonly calldatas: readonly string[];
}): readonly RawCall[] {
  const { targets, values, calldatas } = args;
  assert(
    targets.length === values.length && targets.length === calldatas.length,
    'the governor checked that a proposal has as many targets as values and calls',
  );
  return targets.map((target, index) => ({
    target: toAddress(target),
    value: defined(values[index], 'value of a call'),
    data: toHex(defined(calldatas[index], 'data of a call')),
  }));
}
