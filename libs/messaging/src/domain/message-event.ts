import type { Address, Hex } from '#kernel';
import type { OftMessage } from './oft-message.js';
import type { PacketPath } from './packet.js';

/** Where and when an event was emitted. */
export interface EventPlace {
  readonly chainId: number;
  readonly blockNumber: number;
  readonly blockHash: Hex;
  /** Chain time, seconds. */
  readonly blockTimestamp: number;
  readonly txHash: Hex;
  readonly isFinal: boolean;
}

interface Sent {
  readonly kind: 'sent';
  readonly path: PacketPath;
  readonly payloadHash: Hex;
  /** `null` when the message is not a token transfer. */
  readonly transfer: OftMessage | null;
}

interface Attested {
  readonly kind: 'attested';
  readonly path: PacketPath;
  readonly payloadHash: Hex;
  readonly dvn: Address;
}

interface Verified {
  readonly kind: 'verified';
  readonly path: PacketPath;
  readonly payloadHash: Hex;
}

interface Delivered {
  readonly kind: 'delivered';
  readonly path: PacketPath;
}

interface ComposeSent {
  readonly kind: 'compose-sent';
  readonly to: Address;
}

interface ComposeDelivered {
  readonly kind: 'compose-delivered';
}

/** An attempt of our executor that failed; `reason` is decoded. */
interface Failed {
  readonly kind: 'receive-failed' | 'compose-failed';
  readonly reason: string;
}

/** The owner or delegate of the receiver took the packet off the lane, or back to be verified. */
interface Discarded {
  readonly kind: 'skipped' | 'burnt' | 'nilified';
  readonly path: PacketPath;
}

interface TokensMoved {
  readonly kind: 'tokens-sent' | 'tokens-received';
  /** Wei credited on the destination. */
  readonly amountWei: bigint;
}

/** One thing that happened to a packet, on its source or its destination chain. */
export type MessageEvent = { readonly place: EventPlace } & (
  | Sent
  | Attested
  | Verified
  | Delivered
  | ComposeSent
  | ComposeDelivered
  | Failed
  | Discarded
  | TokensMoved
);

export type MessageEventOf<Kind extends MessageEvent['kind']> = Extract<
  MessageEvent,
  { readonly kind: Kind }
>;
