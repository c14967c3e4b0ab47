import type { Address, Hex } from '#kernel';

export const MESSAGE_STATUSES = [
  'sent',
  'confirming',
  'verifying',
  'verified',
  'blocked',
  'queued',
  'delivered',
  'compose-pending',
  'composed',
  'execution-failed',
  'compose-failed',
  'cleared',
  'orphaned',
  'forged',
] as const;

/**
 * How far a packet got.
 *
 * `queued` says that the receiver took the packet and keeps what it asks for until later: tokens
 * over an inbound limit, a command that waits or failed. `delivered` is the end of a packet without
 * compose, `composed` of one with it. `cleared` says that the packet was taken off the lane without
 * running the receiver, or refused by it for ever; `orphaned` that the source block it was in is
 * gone; `forged` that its source never sent it.
 */
export type MessageStatus = (typeof MESSAGE_STATUSES)[number];

export const MESSAGE_KINDS = [
  'emission-order',
  'position-move',
  'token-transfer',
  'command',
  'other',
] as const;
export type MessageKind = (typeof MESSAGE_KINDS)[number];

/** One packet; its identity is (guid, payloadHash, srcBlockHash). */
export interface MessageView {
  readonly guid: Hex;
  /** keccak256 of guid and message. */
  readonly payloadHash: Hex;
  /** `null` while, or because, the source shows no such packet. */
  readonly srcBlockHash: Hex | null;
  readonly kind: MessageKind;
  readonly status: MessageStatus;
  readonly srcEid: number;
  readonly dstEid: number;
  readonly srcChainKey: string;
  readonly dstChainKey: string;
  readonly sender: Address;
  readonly receiver: Address;
  readonly nonce: bigint;
  /** Amount the packet carries in shared decimals; `null` when unknown or no token transfer. */
  readonly amountSD: bigint | null;
  /** `verified` is `null` while our index of the destination does not tell. */
  readonly dvns: { readonly required: number; readonly verified: number | null };
  /** What happened, in plain words; `null` when nothing is left to do. */
  readonly cause: string | null;
  readonly nextStep: string | null;
  readonly txs: {
    readonly sent: Hex | null;
    readonly verified: readonly Hex[];
    readonly delivered: Hex | null;
    readonly composed: Hex | null;
  };
  /** Seconds until the end; unknown, as no lane has been measured long enough to tell. */
  readonly etaSeconds: number | null;
  /** Source chain time, seconds; `null` when the source shows no such packet. */
  readonly sentAt: number | null;
  /** Chain time of the newest event, seconds. */
  readonly updatedAt: number;
  /** Whether every event this view rests on is final on its chain. */
  readonly isFinal: boolean;
}

/** Whether nothing further is expected to happen to the packet by itself. */
export function isSettled(status: MessageStatus): boolean {
  return (
    status === 'delivered' ||
    status === 'composed' ||
    status === 'cleared' ||
    status === 'orphaned' ||
    status === 'forged'
  );
}
