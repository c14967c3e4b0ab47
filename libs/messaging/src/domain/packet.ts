import { DomainError, type Hex } from '#kernel';
import { sizeOf, sliceBytes, uintAt, uintBytes } from './bytes.js';

/** Bytes of a packet header: version, nonce, source, sender, destination, receiver. */
export const HEADER_SIZE = 81;
const GUID_END = HEADER_SIZE + 32;

/** The lane a packet travels and its place on it; together they make the guid. */
export interface PacketPath {
  readonly nonce: bigint;
  readonly srcEid: number;
  /** 32 bytes, left-padded. */
  readonly sender: Hex;
  readonly dstEid: number;
  /** 32 bytes, left-padded. */
  readonly receiver: Hex;
}

export interface Packet extends PacketPath {
  readonly guid: Hex;
  readonly message: Hex;
  /** guid and message: what the DVNs attest the hash of. */
  readonly payload: Hex;
}

/** Bytes that claim to be a LayerZero packet and are not. */
export class MalformedPacket extends DomainError {
  override readonly code = 'message.malformed';
}

/**
 * Reads the 81 header bytes.
 *
 * @throws {MalformedPacket} when the size or the version is another.
 */
export function decodeHeader(header: Hex): PacketPath {
  if (sizeOf(header) !== HEADER_SIZE) {
    throw new MalformedPacket(`a packet header has ${HEADER_SIZE} bytes, not ${sizeOf(header)}`);
  }
  const version = uintAt(header, 0, 1);
  if (version !== 1n) throw new MalformedPacket(`unknown packet version ${version}`);
  return {
    nonce: uintAt(header, 1, 9),
    srcEid: Number(uintAt(header, 9, 13)),
    sender: sliceBytes(header, 13, 45),
    dstEid: Number(uintAt(header, 45, 49)),
    receiver: sliceBytes(header, 49, HEADER_SIZE),
  };
}

/**
 * Reads an encoded packet as the endpoint emits it.
 *
 * @throws {MalformedPacket} when it is too short or of another version.
 */
export function decodePacket(encoded: Hex): Packet {
  if (sizeOf(encoded) < GUID_END) {
    throw new MalformedPacket(`a packet has at least ${GUID_END} bytes, not ${sizeOf(encoded)}`);
  }
  return {
    ...decodeHeader(sliceBytes(encoded, 0, HEADER_SIZE)),
    guid: sliceBytes(encoded, HEADER_SIZE, GUID_END),
    message: sliceBytes(encoded, GUID_END),
    payload: sliceBytes(encoded, HEADER_SIZE),
  };
}

/** The packed bytes whose keccak256 is the guid of the packet on `path`. */
export function guidPreimage(path: PacketPath): Hex {
  const fields = [
    uintBytes(path.nonce, 8),
    uintBytes(BigInt(path.srcEid), 4),
    path.sender.slice(2),
    uintBytes(BigInt(path.dstEid), 4),
    path.receiver.slice(2),
  ];
  return `0x${fields.join('')}`;
}

/** The 81 header bytes of `path`; the inverse of `decodeHeader`. */
export function encodeHeader(path: PacketPath): Hex {
  const fields = [
    '01',
    uintBytes(path.nonce, 8),
    uintBytes(BigInt(path.srcEid), 4),
    path.sender.slice(2),
    uintBytes(BigInt(path.dstEid), 4),
    path.receiver.slice(2),
  ];
  return `0x${fields.join('')}`;
}
