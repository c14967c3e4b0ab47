import { type Address, assert, defined, type FarmId } from '#kernel';
import {
  adjustStream,
  changeWeight,
  claimAt,
  type FarmState,
  newFarm,
  newPosition,
  type PositionState,
} from './accumulator.js';
import { type FarmEvent } from './farm-event.js';

export type PositionKey = `${string}:${number}`;

/** Key of a position in a book; also the owner of its ledger accounts. */
export function positionKey(user: Address, farmId: FarmId): PositionKey {
  return `${user}:${farmId}`;
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
  readonly farms: Map<FarmId, FarmState>;
  readonly positions: Map<PositionKey, PositionState>;
}

export function emptyBook(): FarmBook {
  return { seq: 0, farms: new Map(), positions: new Map() };
}

/** A book with the same states that can go its own way. */
export function copyBook(book: FarmBook): FarmBook {
  return { seq: book.seq, farms: new Map(book.farms), positions: new Map(book.positions) };
}

export function farmIn(book: FarmBook, farmId: FarmId): FarmState {
  return defined(book.farms.get(farmId), `farm ${farmId}`);
}

/** The position, empty when the user never staked. */
export function positionIn(book: FarmBook, farmId: FarmId, user: Address): PositionState {
  return book.positions.get(positionKey(user, farmId)) ?? newPosition(farmId, user);
}

/**
 * Applies one event and checks everything the event says against the twin.
 *
 * @throws {InvariantViolation} when an event is missing before this one, or when paid wei or the
 * new rate differ from the twin's: the replica no longer mirrors the contract.
 */
export function applyFarmEvent(book: FarmBook, event: FarmEvent): void {
  assert(
    event.seq === book.seq + 1,
    `farms: event ${event.seq} follows ${book.seq}: the node left events out`,
  );
  book.seq = event.seq;
  switch (event.kind) {
    case 'farm-added':
      applyFarmAdded(book, event);
      return;
    case 'farm-ended':
      book.farms.set(event.farmId, { ...farmIn(book, event.farmId), status: 'ended' });
      return;
    case 'staked':
    case 'withdrawn':
      applyWeight(book, event);
      return;
    case 'claimed':
      applyClaim(book, event);
      return;
    case 'stream-adjusted':
      applyAdjustment(book, event);
  }
}

type EventOf<Kind extends FarmEvent['kind']> = Extract<FarmEvent, { readonly kind: Kind }>;

function applyFarmAdded(book: FarmBook, event: EventOf<'farm-added'>): void {
  assert(!book.farms.has(event.farmId), `farm ${event.farmId} was added twice`);
  const { farmId, stakeToken, scaleBits, minWeightBits, maxRate } = event;
  const farm = newFarm({ farmId, stakeToken, scaleBits, minWeightBits, maxRate });
  book.farms.set(farmId, farm);
}

function applyWeight(book: FarmBook, event: EventOf<'staked'> | EventOf<'withdrawn'>): void {
  const { farmId, user, amount, at } = event;
  const { farm, position } = changeWeight({
    farm: farmIn(book, farmId),
    position: positionIn(book, farmId, user),
    weightDelta: event.kind === 'staked' ? amount : -amount,
    at,
  });
  book.farms.set(farmId, farm);
  book.positions.set(positionKey(user, farmId), position);
}

function applyClaim(book: FarmBook, event: EventOf<'claimed'>): void {
  const { farmId, user, amount, at } = event;
  const { position, paid } = claimAt(farmIn(book, farmId), positionIn(book, farmId, user), at);
  assert(
    paid === amount,
    `farm ${farmId}: ${user} was paid ${amount} wei, the replica says ${paid}`,
  );
  book.positions.set(positionKey(user, farmId), position);
}

function applyAdjustment(book: FarmBook, event: EventOf<'stream-adjusted'>): void {
  const { farmId, delta, endAt, at } = event;
  const farm = adjustStream({ farm: farmIn(book, farmId), delta, endAt, at });
  assert(
    farm.rateX === event.rateX && farm.endAt === endAt,
    `farm ${farmId}: stream of ${event.rateX} until ${endAt}, the replica says ${farm.rateX} until ${farm.endAt}`,
  );
  book.farms.set(farmId, farm);
}
