import { positionBridgeAbi } from '#abi';
import type { IndexedLog } from '#indexer';
import type { ChainLog } from '#chain';
import { type Address, type Hex, toAddress, toHex } from '#kernel';
import { describeRevert } from '#messaging';
import { decodeEventLog, toEventSelector } from 'viem';
import type { JourneyEvent } from './domain/journey-event.js';

type WithoutPlace<Event> = Event extends JourneyEvent ? Omit<Event, 'place'> : never;

/** What a log of a position bridge says about one journey. */
export interface BridgeLog {
  readonly guid: Hex;
  readonly happening: WithoutPlace<JourneyEvent>;
}

/**
 * First topics of every event of the bridge, also of those about no journey: they share one
 * sequence number, by which the index proves that it misses none.
 */
export const BRIDGE_TOPICS: readonly Hex[] = positionBridgeAbi.flatMap((entry) =>
  entry.type === 'event' && entry.inputs.some(({ name }) => name === 'seq')
    ? [toHex(toEventSelector(entry))]
    : [],
);

/** Reads a log of a position bridge; undefined when it is about no journey. */
export function decodeBridgeLog(log: Pick<ChainLog, 'topics' | 'data'>): BridgeLog | undefined {
  const [signature, ...rest] = log.topics;
  if (signature === undefined || !BRIDGE_TOPICS.includes(signature)) return undefined;
  const { eventName, args } = decodeEventLog({
    abi: positionBridgeAbi,
    topics: [signature, ...rest],
    data: log.data,
  });
  switch (eventName) {
    case 'MoveSent':
      return {
        guid: toHex(args.guid),
        happening: {
          kind: 'sent',
          user: toAddress(args.user),
          farmId: args.farmId,
          dstEid: args.dstEid,
          dstFarmId: args.dstFarmId,
          recipient: toAddress(args.recipient),
          amount: args.amount,
        },
      };
    case 'MoveRestaked':
      return {
        guid: toHex(args.guid),
        happening: {
          kind: 'restaked',
          recipient: toAddress(args.recipient),
          farmId: args.farmId,
          amount: args.amount,
          isFromEscrow: args.fromEscrow,
        },
      };
    case 'MoveEscrowed':
      return {
        guid: toHex(args.guid),
        happening: {
          kind: 'escrowed',
          recipient: toAddress(args.recipient),
          farmId: args.farmId,
          amount: args.amount,
          srcEid: args.srcEid,
          reason: describeRevert(args.reason),
        },
      };
    case 'EscrowWithdrawn':
      return {
        guid: toHex(args.guid),
        happening: {
          kind: 'withdrawn',
          recipient: toAddress(args.recipient),
          to: toAddress(args.to),
          amount: args.amount,
        },
      };
    case 'EscrowReturned':
      return {
        guid: toHex(args.guid),
        happening: {
          kind: 'returned',
          recipient: toAddress(args.recipient),
          newGuid: toHex(args.newGuid),
          dstEid: args.dstEid,
          to: toAddress(args.to),
          amount: args.amount,
        },
      };
    default:
      return undefined;
  }
}

/** Number the bridge gave an event; undefined for a log that is none of its events. */
export function sequenceOfBridgeLog(log: Pick<ChainLog, 'topics' | 'data'>): bigint | undefined {
  const [signature, ...rest] = log.topics;
  if (signature === undefined || !BRIDGE_TOPICS.includes(signature)) return undefined;
  const topics: [Hex, ...Hex[]] = [signature, ...rest];
  const { args } = decodeEventLog({ abi: positionBridgeAbi, topics, data: log.data });
  return 'seq' in args ? args.seq : undefined;
}

/** The event of an indexed log; undefined when it is about no journey. */
export function journeyEventOf(log: IndexedLog): JourneyEvent | undefined {
  const decoded = decodeBridgeLog(log);
  return decoded && { ...decoded.happening, place: log };
}

/** Everybody a journey event concerns. */
export function partiesOf({ happening }: BridgeLog): readonly Address[] {
  const user = happening.kind === 'sent' ? [happening.user] : [];
  return [...new Set([...user, happening.recipient])];
}
