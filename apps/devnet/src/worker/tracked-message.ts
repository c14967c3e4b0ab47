import type { Address, Hex } from '#kernel';
import {
  accountOf as accountInBytes32,
  type ExecutorOptions,
  type Packet,
  payloadHashOf,
} from '#messaging';
import { type ChainKey, chainKeyOfEid } from '../topology.js';
import type { MessageEvent, MessageFact } from './message-event.js';

/** How far a message has come, with failures as places of their own. */
export const WORK_STATUSES = [
  'confirming',
  'verified',
  'receive-failed',
  'delivered',
  'compose-pending',
  'compose-failed',
  'composed',
] as const;
export type WorkStatus = (typeof WORK_STATUSES)[number];

/** A call the receiver of a message asked the executor to make. */
export interface TrackedCompose {
  readonly from: Address;
  readonly to: Address;
  readonly index: number;
  readonly message: Hex;
  readonly deliveredTx: Hex | undefined;
  /** Revert data of the executor's own last attempt. */
  readonly alert: Hex | undefined;
}

/** A message between two of our chains, as the chains show it. */
export interface TrackedMessage {
  readonly guid: Hex;
  readonly packet: Packet;
  readonly payloadHash: Hex;
  readonly options: ExecutorOptions;
  readonly src: ChainKey;
  readonly dst: ChainKey;
  readonly receiver: Address;
  readonly sentBlock: number;
  readonly sentTx: Hex;
  readonly attestedBy: readonly Address[];
  readonly isCommitted: boolean;
  readonly deliveredTx: Hex | undefined;
  /** Revert data of the executor's own last attempt to deliver. */
  readonly alert: Hex | undefined;
  readonly composes: readonly TrackedCompose[];
  readonly status: WorkStatus;
}

/**
 * Folds what the chains say about one message. Undefined when its source block is not known, as
 * after a reorganisation took it back, or when it leaves our chains.
 *
 * @param executors Addresses of our executors; alerts of others may be invented.
 */
export function foldMessage(
  events: readonly MessageEvent[],
  executors: ReadonlySet<Address>,
): TrackedMessage | undefined {
  const sent = lastOf(events, 'sent');
  if (sent === undefined) return undefined;
  const { packet, options } = sent.fact;
  const src = chainKeyOfEid(packet.srcEid);
  const dst = chainKeyOfEid(packet.dstEid);
  if (src === undefined || dst === undefined) return undefined;
  const payloadHash = payloadHashOf(packet);
  const attested = allOf(events, 'attested').filter(({ fact }) => fact.payloadHash === payloadHash);
  const alerts = allOf(events, 'receive-alert').filter(({ fact }) => executors.has(fact.executor));
  const parts = {
    isCommitted: allOf(events, 'committed').some(({ fact }) => fact.payloadHash === payloadHash),
    deliveredTx: lastOf(events, 'delivered')?.txHash,
    alert: alerts.at(-1)?.fact.reason,
    composes: composesOf(events, executors),
  };
  return {
    ...parts,
    guid: sent.guid,
    packet,
    payloadHash,
    options,
    src,
    dst,
    receiver: accountInBytes32(packet.receiver),
    sentBlock: sent.block,
    sentTx: sent.txHash,
    attestedBy: [...new Set(attested.map(({ fact }) => fact.dvn))],
    status: statusOf(parts),
  };
}

/** Whether nothing is left to do, unless somebody asks for it. */
export function isAtRest(message: TrackedMessage): boolean {
  return (
    message.status === 'composed' ||
    message.status === 'delivered' ||
    message.status === 'receive-failed' ||
    message.status === 'compose-failed'
  );
}

function composesOf(
  events: readonly MessageEvent[],
  executors: ReadonlySet<Address>,
): readonly TrackedCompose[] {
  return allOf(events, 'compose-sent').map(({ fact }) => {
    const { from, to, index, message } = fact;
    const isSame = (other: {
      readonly from: Address;
      readonly to: Address;
      readonly index: number;
    }) => other.from === from && other.to === to && other.index === index;
    const delivered = allOf(events, 'compose-delivered').findLast((other) => isSame(other.fact));
    const alert = allOf(events, 'compose-alert').findLast(
      (other) => isSame(other.fact) && executors.has(other.fact.executor),
    );
    return {
      from,
      to,
      index,
      message,
      deliveredTx: delivered?.txHash,
      alert: alert?.fact.reason,
    };
  });
}

function statusOf(
  parts: Pick<TrackedMessage, 'isCommitted' | 'deliveredTx' | 'alert' | 'composes'>,
): WorkStatus {
  if (parts.deliveredTx === undefined) {
    if (parts.alert !== undefined) return 'receive-failed';
    return parts.isCommitted ? 'verified' : 'confirming';
  }
  const open = parts.composes.filter(({ deliveredTx }) => deliveredTx === undefined);
  if (parts.composes.length === 0) return 'delivered';
  if (open.length === 0) return 'composed';
  return open.some(({ alert }) => alert === undefined) ? 'compose-pending' : 'compose-failed';
}

type EventOf<Kind extends MessageFact['kind']> = MessageEvent & {
  readonly fact: Extract<MessageFact, { readonly kind: Kind }>;
};

function allOf<Kind extends MessageFact['kind']>(
  events: readonly MessageEvent[],
  kind: Kind,
): readonly EventOf<Kind>[] {
  return events.filter((event): event is EventOf<Kind> => event.fact.kind === kind);
}

function lastOf<Kind extends MessageFact['kind']>(
  events: readonly MessageEvent[],
  kind: Kind,
): EventOf<Kind> | undefined {
  return allOf(events, kind).at(-1);
}
