import { type Address, type FarmId, type Hex } from '#kernel';
import { type EmissionFact, type FarmEvent } from '#farms';

/** A step of a position move, in the wei of what moves. */
export type BridgeFact =
  | {
      readonly kind: 'move-sent';
      readonly guid: Hex;
      readonly farmId: FarmId;
      readonly amount: bigint;
    }
  /** Rewards that travel beside a move. */
  | { readonly kind: 'rewards-sent'; readonly guid: Hex; readonly amount: bigint }
  | {
      readonly kind: 'move-restaked';
      readonly guid: Hex;
      readonly token: Address;
      readonly amount: bigint;
      readonly isFromEscrow: boolean;
    }
  | {
      readonly kind: 'move-escrowed';
      readonly guid: Hex;
      readonly token: Address;
      readonly amount: bigint;
    }
  /** Part of an escrow that leaves early; its exit follows. */
  | {
      readonly kind: 'escrow-fee-paid';
      readonly guid: Hex;
      readonly token: Address;
      readonly fee: bigint;
      /** Else to the treasury of the farms. */
      readonly toFarm: boolean;
    }
  | {
      readonly kind: 'escrow-withdrawn';
      readonly guid: Hex;
      readonly token: Address;
      readonly to: Address;
      /** Without the fee. */
      readonly amount: bigint;
    }
  | {
      readonly kind: 'escrow-returned';
      readonly guid: Hex;
      readonly token: Address;
      readonly newGuid: Hex;
      /** What travels. */
      readonly amount: bigint;
      /** What is too little to travel, paid to the recipient. */
      readonly dust: bigint;
      readonly recipient: Address;
    }
  | {
      readonly kind: 'bridge-recovered';
      readonly token: Address;
      readonly to: Address;
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
