import type { Address, Hex } from '#kernel';
import type { TravellingLock } from './journey-event.js';

export const JOURNEY_STATES = [
  'sent',
  'credited',
  'restaked',
  'escrowed',
  'withdrawn',
  'returned',
] as const;

/**
 * Where a moved position stands. `credited`: the tokens are on the destination and the call that
 * restakes them has not run. The last three and `restaked` are the exits of a credit; `escrowed`
 * waits for its recipient.
 */
export type JourneyState = (typeof JOURNEY_STATES)[number];

/** One move of a staked position between two chains; amounts in units of the stake token. */
export interface JourneyView {
  readonly guid: Hex;
  /** Who moved the position; `null` while the source is not indexed that far. */
  readonly user: Address | null;
  /** Owner of the position on the destination; the zero address until governance names him. */
  readonly recipient: Address;
  /** Stake token on the destination; `null` before it arrived. */
  readonly token: Address | null;
  readonly src: { readonly chainKey: string; readonly farmId: number | null };
  readonly dst: { readonly chainKey: string; readonly farmId: number };
  readonly amount: bigint;
  /** Part of `amount` that leaving the escrow under a lock cost. */
  readonly fee: bigint;
  /** Lock that travels along; `null` without one. */
  readonly lock: TravellingLock | null;
  /** Rewards that went along as plain tokens; `null` without any. */
  readonly rewards: { readonly guid: Hex; readonly amount: bigint } | null;
  readonly state: JourneyState;
  /** Why the restake failed, decoded; `null` when it did not. */
  readonly reason: string | null;
  /** Plain sentence: where the funds are. */
  readonly where: string;
  /** What can be done, one sentence each; empty when the journey is over. */
  readonly nextSteps: readonly string[];
  /** Packet that carried the tokens back; `null` unless returned. */
  readonly returnGuid: Hex | null;
  readonly txs: { readonly sent: Hex | null; readonly last: Hex };
  /** Chain time, seconds; `null` while the source is not indexed that far. */
  readonly sentAt: number | null;
  readonly updatedAt: number;
  readonly isFinal: boolean;
}
