import { type Log, parseEventLogs } from 'viem';
import { endpointAbi, receiveUlnAbi } from '#abi';
import { type Address, defined, type Hex, toAddress, toHex } from '#kernel';
import {
  decodeHeader,
  decodeOptions,
  decodePacket,
  type ExecutorOptions,
  guidOf,
  type Packet,
  toBytes32,
} from '#messaging';
import type { ChainSpec } from '../topology.js';

/** What a log of LayerZero says about one message. */
export type MessageFact =
  | { readonly kind: 'sent'; readonly packet: Packet; readonly options: ExecutorOptions }
  | { readonly kind: 'attested'; readonly dvn: Address; readonly payloadHash: Hex }
  | { readonly kind: 'committed'; readonly payloadHash: Hex }
  | { readonly kind: 'delivered' }
  | { readonly kind: 'receive-alert'; readonly executor: Address; readonly reason: Hex }
  | ({ readonly kind: 'compose-sent'; readonly message: Hex } & ComposeId)
  | ({ readonly kind: 'compose-delivered' } & ComposeId)
  | ({
      readonly kind: 'compose-alert';
      readonly executor: Address;
      readonly reason: Hex;
    } & ComposeId);

interface ComposeId {
  readonly from: Address;
  readonly to: Address;
  readonly index: number;
}

/** A fact and where on its chain it stands. */
export interface MessageEvent {
  readonly guid: Hex;
  readonly chain: ChainSpec;
  readonly block: number;
  readonly txHash: Hex;
  readonly fact: MessageFact;
}

const ABI = [...endpointAbi, ...receiveUlnAbi] as const;
type LayerZeroLog = ReturnType<typeof parseEventLogs<typeof ABI>>[number];

/** The facts in logs of the endpoint and the receive library of `chain`, in their order. */
export function eventsOf(chain: ChainSpec, logs: readonly Log[]): readonly MessageEvent[] {
  return parseEventLogs({ abi: ABI, logs: [...logs] }).flatMap((log) => {
    const reading = readLog(chain, log);
    if (reading === undefined) return [];
    return [
      {
        ...reading,
        chain,
        block: Number(defined(log.blockNumber, 'block of a log')),
        txHash: toHex(defined(log.transactionHash, 'transaction of a log')),
      },
    ];
  });
}

type Reading = Pick<MessageEvent, 'guid' | 'fact'>;

function readLog(chain: ChainSpec, log: LayerZeroLog): Reading | undefined {
  switch (log.eventName) {
    case 'PacketSent': {
      const packet = decodePacket(toHex(log.args.encodedPayload));
      const options = decodeOptions(toHex(log.args.options));
      return { guid: packet.guid, fact: { kind: 'sent', packet, options } };
    }
    case 'PayloadVerified': {
      const { dvn, header, proofHash } = log.args;
      const fact = {
        kind: 'attested',
        dvn: toAddress(dvn),
        payloadHash: toHex(proofHash),
      } as const;
      return { guid: guidOf(decodeHeader(toHex(header))), fact };
    }
    case 'PacketVerified': {
      const fact = { kind: 'committed', payloadHash: toHex(log.args.payloadHash) } as const;
      return { guid: inboundGuid(chain, log.args), fact };
    }
    case 'PacketDelivered':
      return { guid: inboundGuid(chain, log.args), fact: { kind: 'delivered' } };
    case 'LzReceiveAlert': {
      const { executor, reason, guid } = log.args;
      const alert = { executor: toAddress(executor), reason: toHex(reason) };
      return { guid: toHex(guid), fact: { kind: 'receive-alert', ...alert } };
    }
    default:
      return readComposeLog(log);
  }
}

function readComposeLog(log: LayerZeroLog): Reading | undefined {
  switch (log.eventName) {
    case 'ComposeSent': {
      const message = toHex(log.args.message);
      return composeReading(log.args, { kind: 'compose-sent', message, ...composeId(log.args) });
    }
    case 'ComposeDelivered':
      return composeReading(log.args, { kind: 'compose-delivered', ...composeId(log.args) });
    case 'LzComposeAlert': {
      const { executor, reason } = log.args;
      const alert = { executor: toAddress(executor), reason: toHex(reason) };
      return composeReading(log.args, { kind: 'compose-alert', ...alert, ...composeId(log.args) });
    }
    default:
      return undefined;
  }
}

function composeReading(args: { readonly guid: Hex }, fact: MessageFact): Reading {
  return { guid: toHex(args.guid), fact };
}

function composeId(args: {
  readonly from: Hex;
  readonly to: Hex;
  readonly index: number;
}): ComposeId {
  return { from: toAddress(args.from), to: toAddress(args.to), index: args.index };
}

/** The guid of a packet that arrives on `chain`; it follows from the path alone. */
function inboundGuid(
  chain: ChainSpec,
  args: {
    readonly origin: { readonly srcEid: number; readonly sender: Hex; readonly nonce: bigint };
    readonly receiver: Hex;
  },
): Hex {
  const { srcEid, sender, nonce } = args.origin;
  const receiver = toBytes32(toAddress(args.receiver));
  return guidOf({ srcEid, sender: toHex(sender), nonce, dstEid: chain.eid, receiver });
}
