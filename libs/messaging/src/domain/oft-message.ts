import type { Address, Hex } from '#kernel';
import { accountOf, sizeOf, sliceBytes, uintAt } from './bytes.js';

const SEND_TO_END = 32;
const AMOUNT_END = 40;
const COMPOSE_FROM_END = 72;

/** A token transfer as the OFT writes it into a packet. */
export interface OftMessage {
  readonly sendTo: Address;
  /** Shared decimals. */
  readonly amountSD: bigint;
  /** Absent for a plain transfer. */
  readonly compose: { readonly from: Address; readonly message: Hex } | null;
}

/** Reads the message of an OFT packet; `null` when it is too short to be one. */
export function decodeOftMessage(message: Hex): OftMessage | null {
  if (sizeOf(message) < AMOUNT_END) return null;
  const hasCompose = sizeOf(message) >= COMPOSE_FROM_END;
  return {
    sendTo: accountOf(sliceBytes(message, 0, SEND_TO_END)),
    amountSD: uintAt(message, SEND_TO_END, AMOUNT_END),
    compose: hasCompose
      ? {
          from: accountOf(sliceBytes(message, AMOUNT_END, COMPOSE_FROM_END)),
          message: sliceBytes(message, COMPOSE_FROM_END),
        }
      : null,
  };
}
