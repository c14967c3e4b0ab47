import type { Address, Hex } from '#kernel';

/** Where and when an event was emitted. */
export interface JourneyPlace {
  readonly chainId: number;
  /** Chain time, seconds. */
  readonly blockTimestamp: number;
  readonly txHash: Hex;
  readonly isFinal: boolean;
}

interface Sent {
  readonly kind: 'sent';
  readonly user: Address;
  readonly farmId: number;
  readonly dstEid: number;
  readonly dstFarmId: number;
  readonly recipient: Address;
  readonly amount: bigint;
}

interface Restaked {
  readonly kind: 'restaked';
  readonly recipient: Address;
  readonly farmId: number;
  readonly amount: bigint;
  readonly isFromEscrow: boolean;
}

interface Escrowed {
  readonly kind: 'escrowed';
  readonly recipient: Address;
  /** The farm that refused the position. */
  readonly farmId: number;
  readonly amount: bigint;
  readonly srcEid: number;
  /** Decoded. */
  readonly reason: string;
}

interface Withdrawn {
  readonly kind: 'withdrawn';
  readonly recipient: Address;
  readonly to: Address;
  readonly amount: bigint;
}

interface Returned {
  readonly kind: 'returned';
  readonly recipient: Address;
  /** Packet that carries the tokens away. */
  readonly newGuid: Hex;
  readonly dstEid: number;
  readonly to: Address;
  readonly amount: bigint;
}

/** One event of a position bridge; amounts in units of the stake token. */
export type JourneyEvent = { readonly place: JourneyPlace } & (
  Sent | Restaked | Escrowed | Withdrawn | Returned
);

export type JourneyEventOf<Kind extends JourneyEvent['kind']> = Extract<
  JourneyEvent,
  { readonly kind: Kind }
>;
