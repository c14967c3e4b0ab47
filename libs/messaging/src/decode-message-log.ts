import { decodeCommandMessage, endpointAbi, receiveUlnAbi, rewardTokenAbi } from '#abi';
import type { ChainLog } from '#chain';
import type { ChainDeployment } from '#config';
import { type Hex, toAddress, toHex } from '#kernel';
import { decodeEventLog, encodeEventTopics } from 'viem';
import { decodeCommandLog } from './decode-command-log.js';
import { describeRevert } from './describe-revert.js';
import { accountOf, toBytes32 } from './domain/bytes.js';
import type { MessageEvent } from './domain/message-event.js';
import { decodeOftMessage } from './domain/oft-message.js';
import { decodeHeader, decodePacket, MalformedPacket } from './domain/packet.js';
import { type OAppBook, tokenContractsOf } from './oapp-book.js';
import { guidOf, payloadHashOf } from './packet-hash.js';

type WithoutPlace<Event> = Event extends MessageEvent ? Omit<Event, 'place'> : never;
type Happening = WithoutPlace<MessageEvent>;

/** What a log says about one packet of ours. */
export interface MessageLog {
  readonly guid: Hex;
  readonly happening: Happening;
}

const ENDPOINT_EVENTS = [
  'PacketSent',
  'PacketVerified',
  'PacketDelivered',
  'ComposeSent',
  'ComposeDelivered',
  'LzReceiveAlert',
  'LzComposeAlert',
  'InboundNonceSkipped',
  'PacketBurnt',
  'PacketNilified',
] as const;

/** First topics of the endpoint's events about packets. */
export const ENDPOINT_TOPICS: readonly Hex[] = ENDPOINT_EVENTS.map((eventName) =>
  toHex(encodeEventTopics({ abi: endpointAbi, eventName })[0]),
);

/** First topic of an attestation. */
export const ULN_TOPICS: readonly Hex[] = [
  toHex(encodeEventTopics({ abi: receiveUlnAbi, eventName: 'PayloadVerified' })[0]),
];

/** First topics of an OFT's sends and credits, and of what it keeps over its limit. */
export const TOKEN_TOPICS: readonly Hex[] = (
  ['OFTSent', 'OFTReceived', 'InboundQueued', 'InboundReleased', 'InboundDropped'] as const
).map((eventName) => toHex(encodeEventTopics({ abi: rewardTokenAbi, eventName })[0]));

/** Reads a log of `chain`; undefined when it is not about a packet one of our contracts is in. */
export function decodeMessageLog(options: {
  readonly log: ChainLog;
  readonly chain: ChainDeployment;
  readonly book: OAppBook;
}): MessageLog | undefined {
  const { log, chain, book } = options;
  const { endpoint, receiveUln } = chain.contracts;
  const [signature, ...rest] = log.topics;
  if (signature === undefined) return undefined;
  const topics: [Hex, ...Hex[]] = [signature, ...rest];
  const reading = { log, topics, chain, book };
  if (log.address === endpoint && ENDPOINT_TOPICS.includes(signature)) return readEndpoint(reading);
  if (log.address === receiveUln && ULN_TOPICS.includes(signature)) return readAttested(reading);
  if (tokenContractsOf(chain).includes(log.address) && TOKEN_TOPICS.includes(signature)) {
    return readToken(reading);
  }
  return readTaken(log, chain);
}

interface Reading {
  readonly log: ChainLog;
  readonly topics: [Hex, ...Hex[]];
  readonly chain: ChainDeployment;
  readonly book: OAppBook;
}

function readEndpoint({ log, topics, chain, book }: Reading): MessageLog | undefined {
  const { eventName, args } = decodeEventLog({ abi: endpointAbi, topics, data: log.data });
  const isOurs = (account: string) => book.isOurs(chain.eid, toAddress(account));
  const isOurExecutor = (account: string) => toAddress(account) === chain.contracts.executor;
  switch (eventName) {
    case 'PacketSent':
      return readSent(toHex(args.encodedPayload), book);
    case 'PacketVerified': {
      const lane = laneOf({ origin: args.origin, receiver: args.receiver, chain, book });
      const payloadHash = toHex(args.payloadHash);
      return (
        lane && { guid: lane.guid, happening: { kind: 'verified', path: lane.path, payloadHash } }
      );
    }
    case 'PacketDelivered': {
      const lane = laneOf({ origin: args.origin, receiver: args.receiver, chain, book });
      return lane && { guid: lane.guid, happening: { kind: 'delivered', path: lane.path } };
    }
    case 'InboundNonceSkipped':
    case 'PacketBurnt':
    case 'PacketNilified': {
      const kind = DISCARDS[eventName];
      const lane = laneOf({ origin: args, receiver: args.receiver, chain, book });
      return lane && { guid: lane.guid, happening: { kind, path: lane.path } };
    }
    case 'ComposeSent': {
      if (!isOurs(args.from)) return undefined;
      return {
        guid: toHex(args.guid),
        happening: { kind: 'compose-sent', to: toAddress(args.to) },
      };
    }
    case 'ComposeDelivered':
      if (!isOurs(args.from)) return undefined;
      return { guid: toHex(args.guid), happening: { kind: 'compose-delivered' } };
    case 'LzReceiveAlert': {
      // Anyone can emit an alert with any content: only those of our executor count.
      if (!isOurs(args.receiver) || !isOurExecutor(args.executor)) return undefined;
      const reason = describeRevert(args.reason);
      return { guid: toHex(args.guid), happening: { kind: 'receive-failed', reason } };
    }
    case 'LzComposeAlert': {
      if (!isOurs(args.from) || !isOurExecutor(args.executor)) return undefined;
      const reason = describeRevert(args.reason);
      return { guid: toHex(args.guid), happening: { kind: 'compose-failed', reason } };
    }
  }
}

const DISCARDS = {
  InboundNonceSkipped: 'skipped',
  PacketBurnt: 'burnt',
  PacketNilified: 'nilified',
} as const;

/** The endpoint emits packets of every application; others may even use an unknown encoding. */
function readSent(encoded: Hex, book: OAppBook): MessageLog | undefined {
  const packet = unlessMalformed(() => decodePacket(encoded));
  if (packet === undefined) return undefined;
  const { nonce, srcEid, sender, dstEid, receiver, message } = packet;
  const [from, to] = [accountOf(sender), accountOf(receiver)];
  if (!book.isOurs(srcEid, from) && !book.isOurs(dstEid, to)) return undefined;
  const isCommand = book.isForCommands(srcEid, from) || book.isForCommands(dstEid, to);
  return {
    guid: packet.guid,
    happening: {
      kind: 'sent',
      path: { nonce, srcEid, sender, dstEid, receiver },
      payloadHash: payloadHashOf(packet),
      transfer: isCommand ? null : decodeOftMessage(message),
      command: (isCommand ? decodeCommandMessage(message) : undefined) ?? null,
    },
  };
}

function laneOf(options: {
  readonly origin: { readonly srcEid: number; readonly sender: Hex; readonly nonce: bigint };
  readonly receiver: string;
  readonly chain: ChainDeployment;
  readonly book: OAppBook;
}) {
  const { origin, chain, book } = options;
  const receiver = toAddress(options.receiver);
  if (!book.isOurs(chain.eid, receiver)) return undefined;
  const path = {
    nonce: origin.nonce,
    srcEid: origin.srcEid,
    sender: toHex(origin.sender),
    dstEid: chain.eid,
    receiver: toBytes32(receiver),
  };
  return { guid: guidOf(path), path };
}

function readAttested({ log, topics, chain, book }: Reading): MessageLog | undefined {
  const { eventName, args } = decodeEventLog({ abi: receiveUlnAbi, topics, data: log.data });
  if (eventName !== 'PayloadVerified') return undefined;
  const dvn = toAddress(args.dvn);
  // Anyone can attest anything under any header: only the lane's DVNs mean something.
  if (!chain.contracts.dvns.includes(dvn)) return undefined;
  const path = unlessMalformed(() => decodeHeader(toHex(args.header)));
  if (path?.dstEid !== chain.eid || !book.isOurs(chain.eid, accountOf(path.receiver))) {
    return undefined;
  }
  return {
    guid: guidOf(path),
    happening: {
      kind: 'attested',
      path,
      payloadHash: toHex(args.proofHash),
      dvn,
    },
  };
}

function readToken({ log, topics }: Reading): MessageLog | undefined {
  const { eventName, args } = decodeEventLog({ abi: rewardTokenAbi, topics, data: log.data });
  switch (eventName) {
    case 'OFTReceived':
    case 'OFTSent': {
      const kind = eventName === 'OFTSent' ? 'tokens-sent' : 'tokens-received';
      return { guid: toHex(args.guid), happening: { kind, amountWei: args.amountReceivedLD } };
    }
    case 'InboundQueued':
    case 'InboundReleased':
    case 'InboundDropped': {
      const happening = { kind: QUEUE_EVENTS[eventName], amountWei: args.amountLD };
      return { guid: toHex(args.guid), happening };
    }
    default:
      return undefined;
  }
}

const QUEUE_EVENTS = {
  InboundQueued: 'inbound-queued',
  InboundReleased: 'inbound-released',
  InboundDropped: 'inbound-dropped',
} as const;

/** What became of a command is filed under its packet as far as the packet itself did it. */
function readTaken(log: ChainLog, chain: ChainDeployment): MessageLog | undefined {
  const happening = decodeCommandLog(log, chain)?.happening;
  if (happening === undefined || happening.kind === 'sent' || happening.kind === 'cancelled') {
    return undefined;
  }
  const { guid } = happening;
  return guid === null ? undefined : { guid, happening: { kind: 'command-taken', happening } };
}

function unlessMalformed<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof MalformedPacket) return undefined;
    throw error;
  }
}
