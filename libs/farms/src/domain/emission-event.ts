import { type Address, type ChainId, type Eid, type Epoch, type FarmId, type Hex } from '#kernel';

/** Where an event was seen. Times are chain time in seconds. */
export interface EmissionPlace {
  readonly chainId: ChainId;
  /** Endpoint of the chain that reported it. */
  readonly reportedBy: Eid;
  readonly blockNumber: number;
  readonly txHash: Hex;
  readonly at: number;
  readonly isFinal: boolean;
}

/** What a farm gets in an epoch in total, in shared decimals. */
export interface EmissionTarget {
  readonly eid: Eid;
  readonly farmId: FarmId;
  readonly amountSD: bigint;
}

/** Budget per epoch from `fromEpoch` on, in shared decimals. */
export interface EmissionSchedule {
  readonly fromEpoch: number;
  readonly budgetSD: bigint;
  readonly floorSD: bigint;
  readonly decayBps: number;
  readonly decayEvery: number;
}

/** A change of the controller's parameters. */
export type ParameterFact =
  | {
      readonly kind: 'chain-registered';
      readonly eid: Eid;
      readonly receiver: Address;
      readonly maxBps: number;
    }
  | {
      readonly kind: 'farm-bounds-set';
      readonly eid: Eid;
      readonly farmId: FarmId;
      readonly minBps: number;
      readonly maxBps: number;
    }
  | { readonly kind: 'farm-removed'; readonly eid: Eid; readonly farmId: FarmId }
  | { readonly kind: 'schedule-set'; readonly schedule: EmissionSchedule }
  | { readonly kind: 'max-change-set'; readonly maxChangeBps: number }
  | { readonly kind: 'fee-cap-set'; readonly feeCap: bigint }
  | { readonly kind: 'operator-set'; readonly operator: Address }
  | { readonly kind: 'guardian-set'; readonly guardian: Address }
  | {
      readonly kind: 'sentinel-set';
      readonly sentinel: Address;
      /** Time from which it is nobody, in seconds. */
      readonly until: number;
    }
  | {
      readonly kind: 'revenue-multiple-set';
      /** First epoch whose budget the multiple bounds. */
      readonly fromEpoch: number;
      /** Share of the revenue of the epoch before; 0 for no bound. */
      readonly multipleBps: number;
    }
  | { readonly kind: 'controller-paused'; readonly isPaused: boolean };

/** A step of an order; `guid` is null where the hub served its own farms without a packet. */
export type OrderFact =
  | {
      readonly kind: 'epoch-decided';
      readonly epoch: Epoch;
      readonly revision: number;
      readonly budgetSD: bigint;
      readonly allocatedSD: bigint;
      readonly evidenceHash: Hex;
      readonly targets: readonly EmissionTarget[];
    }
  | {
      readonly kind: 'order-dispatched';
      readonly epoch: Epoch;
      readonly eid: Eid;
      readonly revision: number;
      readonly amountSD: bigint;
      readonly guid: Hex | null;
    }
  | {
      readonly kind: 'dispatch-failed';
      readonly epoch: Epoch;
      readonly eid: Eid;
      readonly reason: Hex;
    }
  | {
      readonly kind: 'order-received';
      readonly epoch: Epoch;
      readonly revision: number;
      readonly guid: Hex | null;
      /** Wei. */
      readonly amount: bigint;
    }
  | {
      readonly kind: 'order-applied';
      readonly epoch: Epoch;
      readonly revision: number;
      /** Wei moved into streams; negative when taken back. */
      readonly net: bigint;
      /** Wei left in the pot of the epoch. */
      readonly pot: bigint;
    }
  | { readonly kind: 'order-unreadable'; readonly guid: Hex | null; readonly amount: bigint }
  | {
      readonly kind: 'pot-released';
      /** 0 for the pot of unreadable orders. */
      readonly epoch: number;
      /** Wei that can be returned to the hub from now on. */
      readonly amount: bigint;
      readonly pot: bigint;
    };

/** What moves no order and no parameter but is kept. */
export type OtherFact =
  | {
      readonly kind: 'revenue-deposited';
      readonly epoch: number;
      readonly from: Address;
      readonly amount: bigint;
    }
  | {
      readonly kind: 'returned-to-hub';
      /** Null where the receiver stands on the hub and no packet was needed. */
      readonly guid: Hex | null;
      readonly amount: bigint;
    }
  | {
      readonly kind: 'surplus-recovered';
      readonly token: Address;
      readonly to: Address;
      readonly amount: bigint;
    }
  | { readonly kind: 'token-withdrawn'; readonly to: Address; readonly amount: bigint }
  | { readonly kind: 'receiver-paused'; readonly isPaused: boolean }
  | { readonly kind: 'min-valid-epoch-set'; readonly epoch: number };

export type EmissionFact = ParameterFact | OrderFact | OtherFact;
export type EmissionEvent<Fact extends EmissionFact = EmissionFact> = Fact & EmissionPlace;
