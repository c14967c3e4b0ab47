import type { Command, CommandKind } from '#abi';
import type { Hex } from '#kernel';

export const COMMAND_STATES = [
  'sent',
  'waiting',
  'failed',
  'applied',
  'stale',
  'cancelled',
  'refused',
] as const;

/**
 * What became of a command.
 *
 * `sent` until its spoke has taken it. `waiting` and `failed` are kept there and may be carried out
 * later; `stale` means that a newer one of the same subject was applied before.
 */
export type CommandState = (typeof COMMAND_STATES)[number];

/** One command of the hub; times are chain times in seconds. */
export interface CommandView {
  /** Chain it is for and its number on the way there, such as `alpha:7`. */
  readonly id: string;
  readonly eid: number;
  readonly chainKey: string;
  readonly no: bigint;
  /** `null` for bytes that are no command. */
  readonly kind: CommandKind | null;
  readonly command: Command | null;
  /** What it tells the spoke to do. */
  readonly sentence: string;
  readonly state: CommandState;
  /** Packet that carries it; `null` while neither end shows it. */
  readonly guid: Hex | null;
  /** From when and until when a waiting one may be carried out; `null` when no time is set. */
  readonly readyAt: number | null;
  readonly expiresAt: number | null;
  /** What happened, in plain words; `null` when it was applied. */
  readonly cause: string | null;
  readonly nextStep: string | null;
  readonly txs: { readonly sent: Hex | null; readonly settled: Hex | null };
  /** `null` while the hub shows no such command. */
  readonly sentAt: number | null;
  readonly updatedAt: number;
  readonly isFinal: boolean;
}

/** Whether nothing can happen to the command any more. */
export function isCommandSettled(state: CommandState): boolean {
  return state !== 'sent' && state !== 'waiting' && state !== 'failed';
}
