import type { Hex } from '#kernel';
import type { EventPlace } from './event-place.js';

interface CommandSent {
  readonly kind: 'sent';
  /** Packet that carries it. */
  readonly guid: Hex;
  /** Kind and fields as they travel. */
  readonly bytes: Hex;
}

interface CommandApplied {
  readonly kind: 'applied';
  /** Packet that brought it; `null` when it was carried out later. */
  readonly guid: Hex | null;
}

interface CommandFailed {
  readonly kind: 'failed';
  readonly guid: Hex | null;
  readonly bytes: Hex;
  /** Decoded. */
  readonly reason: string;
}

interface CommandWaiting {
  readonly kind: 'waiting';
  /** `null` when it began to wait only at a try to carry it out. */
  readonly guid: Hex | null;
  readonly bytes: Hex;
  /** Chain time in seconds; 0 for one that waits only until commands resume. */
  readonly readyAt: number;
}

interface CommandStale {
  readonly kind: 'stale';
  readonly guid: Hex | null;
  /** Number of the newer command of its subject. */
  readonly newest: bigint;
}

export const REFUSALS = [
  'unreadable',
  'wrong-chain',
  'duplicate',
  'cancelled',
  'malformed',
] as const;
export type CommandRefusal = (typeof REFUSALS)[number];

interface CommandRefused {
  readonly kind: 'refused';
  readonly guid: Hex | null;
  readonly reason: CommandRefusal;
}

interface CommandCancelled {
  readonly kind: 'cancelled';
  /** Number of the command that did. */
  readonly by: bigint;
}

/** One thing that happened to a command, on the hub or on its spoke. */
export type CommandHappening =
  | CommandSent
  | CommandApplied
  | CommandFailed
  | CommandWaiting
  | CommandStale
  | CommandRefused
  | CommandCancelled;

export type CommandEvent = { readonly place: EventPlace } & CommandHappening;
