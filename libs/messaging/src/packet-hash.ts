import type { Hex } from '#kernel';
import { keccak256 } from 'viem';
import { guidPreimage, type PacketPath } from './domain/packet.js';

/** The id LayerZero gives the packet on `path`; the content of the packet has no part in it. */
export function guidOf(path: PacketPath): Hex {
  return keccak256(guidPreimage(path));
}

/** What the DVNs attest: the hash of guid and message. */
export function payloadHashOf(packet: { readonly payload: Hex }): Hex {
  return keccak256(packet.payload);
}
