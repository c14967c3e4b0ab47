import { positionBridgeAbi } from '#abi';
import type { IndexedLog } from '#indexer';
import type { ChainLog } from '#chain';
import { type Address, type Hex, toAddress, toHex } from '#kernel';
import { describeRevert } from '#messaging';
import { decodeEventLog, toEventSelector } from 'viem';
import type { JourneyEvent, TravellingLock } from './domain/journey-event.js';

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
    case 'MoveSent': {
      const { farmId, dstEid, dstFarmId, amount } = args;
      const user = toAddress(args.user);
      const recipient = toAddress(args.recipient);
      const lock = lockOf(args.carry);
      const sent = { user, farmId, dstEid, dstFarmId, recipient, amount, lock };
      return { guid: toHex(args.guid), happening: { kind: 'sent', ...sent } };
    }
    case 'RewardsSent': {
      const packet = toHex(args.guid);
      const rewards = { recipient: toAddress(args.recipient), packet, amount: args.amount };
      return { guid: toHex(args.moveGuid), happening: { kind: 'rewards-sent', ...rewards } };
    }
    case 'EscrowAssigned': {
      const recipient = toAddress(args.recipient);
      return { guid: toHex(args.guid), happening: { kind: 'assigned', recipient } };
    }
    case 'MoveRestaked': {
      const { farmId, amount, fromEscrow: isFromEscrow } = args;
      const recipient = toAddress(args.recipient);
      const token = toAddress(args.token);
      const restaked = { recipient, token, farmId, amount, isFromEscrow };
      return { guid: toHex(args.guid), happening: { kind: 'restaked', ...restaked } };
    }
    case 'MoveEscrowed': {
      const { farmId, amount, srcEid } = args;
      const recipient = toAddress(args.recipient);
      const reason = describeRevert(args.reason);
      const [token, lock] = [toAddress(args.token), lockOf(args.carry)];
      const escrowed = { recipient, token, farmId, amount, srcEid, reason, lock };
      return { guid: toHex(args.guid), happening: { kind: 'escrowed', ...escrowed } };
    }
    case 'EscrowWithdrawn': {
      const recipient = toAddress(args.recipient);
      const { amount, fee } = args;
      const withdrawn = { recipient, to: toAddress(args.to), amount, fee };
      return { guid: toHex(args.guid), happening: { kind: 'withdrawn', ...withdrawn } };
    }
    case 'EscrowReturned': {
      const { dstEid, amount, fee, dust } = args;
      const recipient = toAddress(args.recipient);
      const newGuid = toHex(args.newGuid);
      const returned = { recipient, newGuid, dstEid, to: toAddress(args.to), amount, fee, dust };
      return { guid: toHex(args.guid), happening: { kind: 'returned', ...returned } };
    }
    default:
      return undefined;
  }
}

function lockOf(carry: {
  readonly lockEnd: number;
  readonly tier: number;
  readonly feeBps: number;
}): TravellingLock | null {
  const { lockEnd, tier, feeBps } = carry;
  return lockEnd === 0 ? null : { lockEnd, tier, feeBps };
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
