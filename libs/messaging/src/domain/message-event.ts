import type { Address, Hex } from '#kernel';
import type { CommandHappening } from './command-event.js';
import type { EventPlace } from './event-place.js';
import type { OftMessage } from './oft-message.js';
import type { PacketPath } from './packet.js';

/** Which command a packet carries. */
export interface CommandNumber {
  readonly eid: number;
  readonly no: bigint;
}

interface Sent {
  readonly kind: 'sent';
  readonly path: PacketPath;
  readonly payloadHash: Hex;
  /** `null` when the message is not a token transfer. */
  readonly transfer: OftMessage | null;
  /** `null` when the message is no command. */
  readonly command: CommandNumber | null;
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

/** A token keeps the packet until there is room for it; its release or its refusal ends that. */
interface InboundQueue {
  readonly kind: 'inbound-queued' | 'inbound-released' | 'inbound-dropped';
  /** Wei the packet carries. */
  readonly amountWei: bigint;
}

/** The receiver of commands took the packet, or did something about its command later. */
interface CommandTaken {
  readonly kind: 'command-taken';
  readonly happening: CommandHappening;
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
  | InboundQueue
  | CommandTaken
  | TokensMoved
);

export type MessageEventOf<Kind extends MessageEvent['kind']> = Extract<
  MessageEvent,
  { readonly kind: Kind }
>;
