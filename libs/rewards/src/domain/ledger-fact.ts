import { type Address, type FarmId, type Hex } from '#kernel';
import { type EmissionFact, type FarmEvent } from '#farms';

/** A step of a position move, in the wei of the stake token. */
export type BridgeFact =
  | {
      readonly kind: 'move-sent';
      readonly guid: Hex;
      readonly farmId: FarmId;
      readonly amount: bigint;
    }
  | {
      readonly kind: 'move-restaked';
      readonly guid: Hex;
      readonly farmId: FarmId;
      readonly amount: bigint;
      readonly isFromEscrow: boolean;
    }
  | {
      readonly kind: 'move-escrowed';
      readonly guid: Hex;
      readonly token: Address;
      readonly amount: bigint;
    }
  | {
      readonly kind: 'escrow-withdrawn';
      readonly guid: Hex;
      readonly to: Address;
      readonly amount: bigint;
    }
  | {
      readonly kind: 'escrow-returned';
      readonly guid: Hex;
      readonly newGuid: Hex;
      readonly amount: bigint;
    };

/** An omnichain token left for or arrived from another chain. */
export type TransferFact = {
  readonly guid: Hex;
  readonly token: Address;
  readonly amount: bigint;
} & (
  | { readonly kind: 'tokens-sent'; readonly from: Address }
  | { readonly kind: 'tokens-received'; readonly to: Address }
);

/** Everything a log can say that moves value. */
export type LedgerFact =
  | { readonly source: 'farms'; readonly event: FarmEvent }
  | { readonly source: 'emission'; readonly fact: EmissionFact }
  | { readonly source: 'bridge'; readonly fact: BridgeFact }
  | { readonly source: 'token'; readonly fact: TransferFact };
