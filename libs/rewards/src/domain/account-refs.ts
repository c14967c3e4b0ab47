import { type Address, type FarmId, type Hex } from '#kernel';
import { EMISSION, type PositionKey } from '#farms';
import { type AccountRef } from '#ledger';

export const POT: AccountRef = { kind: 'pot', owner: 'receiver' };
/** Released from a pot, to go back to the hub. */
export const RETURNABLE: AccountRef = { kind: 'returnable', owner: 'receiver' };
/** What a bridge holds of tokens that never move over it. */
export const BRIDGE_SURPLUS: AccountRef = { kind: 'surplus', owner: 'bridge' };
/** What a receiver holds and owes nobody. */
export const RECEIVER_SURPLUS: AccountRef = { kind: 'surplus', owner: 'receiver' };
export const HUB: AccountRef = { kind: 'emission-hub', owner: 'controller' };
/** What the bridge holds between two events of one transaction, and what was sent to it for nothing. */
export const CUSTODY: AccountRef = { kind: 'bridge-transit', owner: 'custody' };
export const TREASURY_DUE: AccountRef = { kind: 'treasury', owner: 'farms' };
export const TREASURY: AccountRef = { kind: 'external', owner: 'treasury' };
/** What the farms hold and owe nobody, also between two events of one transaction. */
export const SURPLUS: AccountRef = { kind: 'surplus', owner: 'farms' };

export function external(owner: Address): AccountRef {
  return { kind: 'external', owner };
}

/** Owner of the accounts of a stream: the farm, and for another stream than the emission its number. */
export function streamOwner(farmId: FarmId, index: number): string {
  return index === EMISSION ? String(farmId) : `${farmId}:${index}`;
}

export function stream(farmId: FarmId, index: number): AccountRef {
  return { kind: 'stream', owner: streamOwner(farmId, index) };
}

export function idle(farmId: FarmId, index: number): AccountRef {
  return { kind: 'idle', owner: streamOwner(farmId, index) };
}

/** Claims of the emission alone leave dust. */
export function dust(farmId: FarmId): AccountRef {
  return { kind: 'dust', owner: streamOwner(farmId, EMISSION) };
}

export function staked(position: PositionKey): AccountRef {
  return { kind: 'staked', owner: position };
}

export function reward(position: PositionKey, index: number): AccountRef {
  return { kind: 'reward', owner: index === EMISSION ? position : `${position}:${index}` };
}

/** Without a packet the hub serves its own farms. */
export function emissionTransit(guid: Hex | null): AccountRef {
  return { kind: 'emission-transit', owner: guid ?? 'local' };
}

export function bridgeTransit(guid: Hex): AccountRef {
  return { kind: 'bridge-transit', owner: guid };
}

export function escrow(guid: Hex): AccountRef {
  return { kind: 'bridge-escrow', owner: guid };
}
