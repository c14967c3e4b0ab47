import type { Address, Hex } from '#kernel';

/** Where and when an event was emitted. */
export interface JourneyPlace {
  readonly chainId: number;
  /** Chain time, seconds. */
  readonly blockTimestamp: number;
  readonly txHash: Hex;
  readonly isFinal: boolean;
}

/** A lock that travels with the principal. */
export interface TravellingLock {
  /** Second it ends. */
  readonly lockEnd: number;
  readonly tier: number;
  /** Share of the principal that any exit before but a restake pays. */
  readonly feeBps: number;
}

interface Sent {
  readonly kind: 'sent';
  readonly user: Address;
  readonly farmId: number;
  readonly dstEid: number;
  readonly dstFarmId: number;
  readonly recipient: Address;
  readonly amount: bigint;
  /** Null when none runs. */
  readonly lock: TravellingLock | null;
}

/** Rewards that travel beside the principal as plain tokens, in a packet of their own. */
interface RewardsSent {
  readonly kind: 'rewards-sent';
  readonly recipient: Address;
  readonly packet: Hex;
  /** Wei of the reward token. */
  readonly amount: bigint;
}

interface Restaked {
  readonly kind: 'restaked';
  readonly recipient: Address;
  readonly token: Address;
  readonly farmId: number;
  readonly amount: bigint;
  readonly isFromEscrow: boolean;
}

interface Escrowed {
  readonly kind: 'escrowed';
  /** The zero address when the packet could not be read. */
  readonly recipient: Address;
  readonly token: Address;
  /** The farm that refused the position. */
  readonly farmId: number;
  readonly amount: bigint;
  readonly srcEid: number;
  /** Decoded. */
  readonly reason: string;
  /** Null when none runs. */
  readonly lock: TravellingLock | null;
}

/** Governance said whose escrow it is, because its packet could not be read. */
interface Assigned {
  readonly kind: 'assigned';
  readonly recipient: Address;
}

interface Withdrawn {
  readonly kind: 'withdrawn';
  readonly recipient: Address;
  readonly to: Address;
  readonly amount: bigint;
  /** Part of `amount` that an early exit paid. */
  readonly fee: bigint;
}

interface Returned {
  readonly kind: 'returned';
  readonly recipient: Address;
  /** Packet that carries the tokens away. */
  readonly newGuid: Hex;
  readonly dstEid: number;
  readonly to: Address;
  readonly amount: bigint;
  /** Parts of `amount` that did not travel: an early exit paid, and too little to be sent. */
  readonly fee: bigint;
  readonly dust: bigint;
}

/** One event of a position bridge; amounts in units of the stake token. */
export type JourneyEvent = { readonly place: JourneyPlace } & (
  Sent | RewardsSent | Restaked | Escrowed | Assigned | Withdrawn | Returned
);

export type JourneyEventOf<Kind extends JourneyEvent['kind']> = Extract<
  JourneyEvent,
  { readonly kind: Kind }
>;
