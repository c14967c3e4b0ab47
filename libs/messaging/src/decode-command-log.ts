import { commandReceiverAbi, commandSenderAbi } from '#abi';
import type { ChainLog } from '#chain';
import type { ChainDeployment } from '#config';
import { defined, type Hex, toHex } from '#kernel';
import { type Abi, decodeEventLog, toEventSelector, zeroHash } from 'viem';
import { describeRevert } from './describe-revert.js';
import { type CommandHappening, REFUSALS } from './domain/command-event.js';

/** What a log says about one command. */
export interface CommandLog {
  /** Chain the command is for. */
  readonly eid: number;
  /** Its number on the way there; 0 when the receiver could read none. */
  readonly no: bigint;
  readonly happening: CommandHappening;
}

/** First topics of all numbered events of the sender. */
export const SENDER_TOPICS = numberedTopics(commandSenderAbi);
/** First topics of all numbered events of a receiver. */
export const RECEIVER_TOPICS = numberedTopics(commandReceiverAbi);

function numberedTopics(abi: Abi): readonly Hex[] {
  return abi.flatMap((item) =>
    item.type === 'event' && item.inputs.some(({ name }) => name === 'seq')
      ? [toHex(toEventSelector(item))]
      : [],
  );
}

/** Reads a log of the sender or the receiver of a chain; undefined when it is about no command. */
export function decodeCommandLog(log: ChainLog, chain: ChainDeployment): CommandLog | undefined {
  const { commandSender, commandReceiver } = chain.contracts;
  if (log.address === commandSender) return readSenderLog(log);
  if (log.address === commandReceiver) return readReceiverLog(log, chain);
  return undefined;
}

/** Number that the contract gave its event; undefined for one without. */
export function commandSequenceOf(log: ChainLog, chain: ChainDeployment): bigint | undefined {
  const { commandSender, commandReceiver } = chain.contracts;
  const topics = topicsOf(log);
  if (topics === undefined) return undefined;
  const { data } = log;
  if (log.address === commandSender && SENDER_TOPICS.includes(topics[0])) {
    const { args } = decodeEventLog({ abi: commandSenderAbi, topics, data });
    return 'seq' in args ? args.seq : undefined;
  }
  if (log.address === commandReceiver && RECEIVER_TOPICS.includes(topics[0])) {
    const { args } = decodeEventLog({ abi: commandReceiverAbi, topics, data });
    return 'seq' in args ? args.seq : undefined;
  }
  return undefined;
}

function readSenderLog(log: ChainLog): CommandLog | undefined {
  const topics = topicsOf(log);
  if (topics === undefined || !SENDER_TOPICS.includes(topics[0])) return undefined;
  const { eventName, args } = decodeEventLog({ abi: commandSenderAbi, topics, data: log.data });
  if (eventName !== 'CommandSent') return undefined;
  const happening = { kind: 'sent', guid: toHex(args.guid), bytes: toHex(args.command) } as const;
  return { eid: args.eid, no: args.no, happening };
}

function readReceiverLog(log: ChainLog, { eid }: ChainDeployment): CommandLog | undefined {
  const topics = topicsOf(log);
  if (topics === undefined || !RECEIVER_TOPICS.includes(topics[0])) return undefined;
  const { eventName, args } = decodeEventLog({ abi: commandReceiverAbi, topics, data: log.data });
  switch (eventName) {
    case 'CommandApplied':
      return { eid, no: args.no, happening: { kind: 'applied', guid: guidOf(args) } };
    case 'CommandFailed': {
      const reason = describeRevert(toHex(args.reason));
      const bytes = toHex(args.command);
      return { eid, no: args.no, happening: { kind: 'failed', guid: guidOf(args), bytes, reason } };
    }
    case 'CommandWaiting': {
      const { readyAt } = args;
      const bytes = toHex(args.command);
      return {
        eid,
        no: args.no,
        happening: { kind: 'waiting', guid: guidOf(args), bytes, readyAt },
      };
    }
    case 'CommandStale': {
      const { newest } = args;
      return { eid, no: args.no, happening: { kind: 'stale', guid: guidOf(args), newest } };
    }
    case 'CommandRefused': {
      const reason = defined(REFUSALS[args.reason], `meaning of refusal ${args.reason}`);
      return { eid, no: args.no, happening: { kind: 'refused', guid: guidOf(args), reason } };
    }
    case 'CommandCancelled':
      return { eid, no: args.no, happening: { kind: 'cancelled', by: args.by } };
    default:
      return undefined;
  }
}

function topicsOf({ topics }: ChainLog): [Hex, ...Hex[]] | undefined {
  const [signature, ...rest] = topics;
  return signature === undefined ? undefined : [signature, ...rest];
}

function guidOf({ guid }: { readonly guid: Hex }): Hex | null {
  return guid === zeroHash ? null : toHex(guid);
}
