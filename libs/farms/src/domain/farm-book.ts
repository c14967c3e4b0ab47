import { type Address, defined, type FarmId } from '#kernel';
import { type FarmState, newPosition, type PositionState, type Stake } from './accumulator.js';

export type PositionKey = `${string}:${number}`;

/** Key of a position in a book; also the owner of its ledger accounts. */
export function positionKey(user: Address, farmId: FarmId): PositionKey {
  return `${user}:${farmId}`;
}

/** What the farms of a chain have of one reward or stake token, as the contract keeps it. */
export interface TokenBook {
  readonly token: Address;
  /** Wei ever put into streams of it, less what was taken back. */
  readonly funded: bigint;
  /** Wei of it paid, or released as whole wei of dust. */
  readonly settled: bigint;
  /** What claims rounded away and is less than a wei, in 2^-95 wei. */
  readonly dustX: bigint;
  /** Early-exit fees the treasury did not get yet. */
  readonly treasuryDue: bigint;
}

/** The contracts around the farms of a chain, which no event of theirs names. */
export interface FarmsWiring {
  /** Pays the emission of every farm. */
  readonly rewardToken: Address;
  readonly receiver: Address;
  readonly bridge: Address;
}

/**
 * State of the farms of one chain: the fold of its events so far. The maps are changed in place by
 * `applyFarmEvent`, because a copy per event would make a fold quadratic; the states in them are
 * never changed, so a reference taken before stays what it was.
 *
 * A book may hold a part of the positions only: the events it is going to apply must then touch
 * no position that exists and was left out.
 */
export interface FarmBook {
  /** Sequence number of the last event applied, 0 for none. */
  seq: number;
  readonly wiring: FarmsWiring;
  readonly farms: Map<FarmId, FarmState>;
  readonly positions: Map<PositionKey, PositionState>;
  readonly tokens: Map<Address, TokenBook>;
}

export function emptyBook(wiring: FarmsWiring): FarmBook {
  return { seq: 0, wiring, farms: new Map(), positions: new Map(), tokens: new Map() };
}

/** A book with the same states that can go its own way. */
export function copyBook(book: FarmBook): FarmBook {
  return {
    seq: book.seq,
    wiring: book.wiring,
    farms: new Map(book.farms),
    positions: new Map(book.positions),
    tokens: new Map(book.tokens),
  };
}

export function farmIn(book: FarmBook, farmId: FarmId): FarmState {
  return defined(book.farms.get(farmId), `farm ${farmId}`);
}

/** The position, empty when the user never staked. */
export function positionIn(book: FarmBook, farmId: FarmId, user: Address): PositionState {
  return book.positions.get(positionKey(user, farmId)) ?? newPosition(farmId, user);
}

export function stakeIn(book: FarmBook, farmId: FarmId, user: Address): Stake {
  return { farm: farmIn(book, farmId), position: positionIn(book, farmId, user) };
}

/** The books of a token, empty when nothing was ever booked. */
export function tokenIn(book: FarmBook, token: Address): TokenBook {
  const nothing = { funded: 0n, settled: 0n, dustX: 0n, treasuryDue: 0n };
  return book.tokens.get(token) ?? { token, ...nothing };
}
