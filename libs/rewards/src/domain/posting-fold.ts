import { type Address, type ChainId, type FarmId } from '#kernel';
import { type EmissionFact, type FarmBook, farmIn } from '#farms';
import { type AccountRef, type JournalDraft } from '#ledger';
import {
  BRIDGE_SURPLUS,
  bridgeTransit,
  CUSTODY,
  emissionTransit,
  escrow,
  external,
  HUB,
  POT,
  RECEIVER_SURPLUS,
  RETURNABLE,
  TREASURY,
} from './account-refs.js';
import { FarmPostings, type PostedSums } from './farm-postings.js';
import { type BoundaryBlock, JournalSink, type Leg, type LogPlace } from './journal-sink.js';
import { type BridgeFact, type LedgerFact, type TransferFact } from './ledger-fact.js';

/** What the journals of a chain need to know about it. */
export interface PostingChain {
  readonly chainId: ChainId;
  readonly rewardToken: Address;
  /** Wei of one unit of the reward token's shared decimals. */
  readonly sharedUnit: bigint;
  readonly farms: Address;
  readonly bridge: Address;
  readonly receiver: Address;
  readonly controller: Address | undefined;
}

/**
 * Turns the final facts of a chain, in order, into journals, and moves the book along. The same
 * facts give the same journals however they are cut into batches.
 */
export class PostingFold {
  private readonly journals: JournalSink;
  private readonly farms: FarmPostings;

  /**
   * @param stored What earlier journals add up to.
   */
  constructor(
    private readonly chain: PostingChain,
    readonly book: FarmBook,
    readonly stored: PostedSums,
  ) {
    this.journals = new JournalSink(chain.chainId);
    this.farms = new FarmPostings(chain, book, { sums: stored, journals: this.journals });
  }

  get drafts(): readonly JournalDraft[] {
    return this.journals.drafts;
  }

  /** Hands over the drafts so far and keeps none of them. */
  takeDrafts(): readonly JournalDraft[] {
    return this.journals.drafts.splice(0);
  }

  get touchedFarms(): ReadonlySet<FarmId> {
    return this.farms.touchedFarms;
  }

  get touchedPositions(): ReadonlySet<string> {
    return this.farms.touchedPositions;
  }

  apply(fact: LedgerFact, place: LogPlace): void {
    switch (fact.source) {
      case 'farms':
        this.farms.apply(fact.event, place);
        return;
      case 'emission':
        this.applyEmission(fact.fact, place);
        return;
      case 'bridge':
        this.applyBridge(fact.fact, place);
        return;
      case 'token':
        this.applyTransfer(fact.fact, place);
    }
  }

  /**
   * Posts what every position of the book accrued up to the end of a block and was not given yet,
   * and what accrued to nobody. Must come after the facts of that block and before those of the
   * next.
   */
  accrueAll(block: BoundaryBlock): void {
    this.farms.accrueAll(block);
  }

  private applyEmission(fact: EmissionFact, place: LogPlace): void {
    switch (fact.kind) {
      case 'order-dispatched': {
        const amount = fact.amountSD * this.chain.sharedUnit;
        this.move(place, fact.kind, { from: HUB, to: emissionTransit(fact.guid), amount });
        return;
      }
      case 'order-received':
      case 'order-unreadable': {
        const { guid, amount } = fact;
        this.move(place, fact.kind, { from: emissionTransit(guid), to: POT, amount });
        return;
      }
      case 'pot-released':
        this.move(place, fact.kind, { from: POT, to: RETURNABLE, amount: fact.amount });
        return;
      case 'returned-to-hub': {
        const to = fact.guid === null ? HUB : bridgeTransit(fact.guid);
        this.move(place, fact.kind, { from: RETURNABLE, to, amount: fact.amount });
        return;
      }
      case 'revenue-deposited':
        this.move(place, fact.kind, { from: external(fact.from), to: HUB, amount: fact.amount });
        return;
      case 'surplus-recovered': {
        const { token: asset, to, amount } = fact;
        this.move(place, fact.kind, { asset, from: RECEIVER_SURPLUS, to: external(to), amount });
        return;
      }
      case 'token-withdrawn':
        this.move(place, fact.kind, { from: HUB, to: external(fact.to), amount: fact.amount });
        return;
      default:
      // Parameters and announcements move nothing.
    }
  }

  private applyBridge(fact: BridgeFact, place: LogPlace): void {
    this.journals.ofLog(place, fact.kind, this.bridgeLegs(fact));
  }

  private bridgeLegs(fact: BridgeFact): readonly Leg[] {
    switch (fact.kind) {
      case 'move-sent': {
        const asset = farmIn(this.book, fact.farmId).stakeToken;
        return [{ asset, from: CUSTODY, to: bridgeTransit(fact.guid), amount: fact.amount }];
      }
      case 'rewards-sent': {
        const asset = this.chain.rewardToken;
        return [{ asset, from: CUSTODY, to: bridgeTransit(fact.guid), amount: fact.amount }];
      }
      case 'move-restaked': {
        const { guid, token: asset, amount, isFromEscrow } = fact;
        const from = isFromEscrow ? escrow(guid) : bridgeTransit(guid);
        return [{ asset, from, to: CUSTODY, amount }];
      }
      case 'move-escrowed': {
        const { guid, token: asset, amount } = fact;
        return [{ asset, from: bridgeTransit(guid), to: escrow(guid), amount }];
      }
      case 'escrow-fee-paid': {
        const { guid, token: asset, fee: amount, toFarm } = fact;
        return [{ asset, from: escrow(guid), to: toFarm ? CUSTODY : TREASURY, amount }];
      }
      case 'escrow-withdrawn': {
        const { guid, token: asset, to, amount } = fact;
        return [{ asset, from: escrow(guid), to: external(to), amount }];
      }
      case 'escrow-returned': {
        const { guid, token: asset, newGuid, amount, dust, recipient } = fact;
        const from = escrow(guid);
        return [
          { asset, from, to: bridgeTransit(newGuid), amount },
          { asset, from, to: external(recipient), amount: dust },
        ];
      }
      case 'bridge-recovered': {
        const { token: asset, to, amount } = fact;
        return [{ asset, from: BRIDGE_SURPLUS, to: external(to), amount }];
      }
    }
  }

  /**
   * Transfers of anybody's own. What our contracts send or get over the bridge is booked by their
   * events, which say what it is for.
   */
  private applyTransfer(fact: TransferFact, place: LogPlace): void {
    const { bridge, receiver, controller } = this.chain;
    const { guid, amount, token: asset, kind } = fact;
    const transit = bridgeTransit(guid);
    if (kind === 'tokens-sent') {
      if ([bridge, receiver, controller].includes(fact.from)) return;
      this.move(place, kind, { asset, from: external(fact.from), to: transit, amount });
      return;
    }
    if (fact.to === bridge || fact.to === receiver) return;
    const to = fact.to === controller ? HUB : external(fact.to);
    this.move(place, kind, { asset, from: transit, to, amount });
  }

  /** Amounts of nothing are orders that only carry targets; they leave no journal. */
  private move(
    place: LogPlace,
    kind: string,
    leg: {
      readonly asset?: Address;
      readonly from: AccountRef;
      readonly to: AccountRef;
      readonly amount: bigint;
    },
  ): void {
    this.journals.ofLog(place, kind, [{ asset: this.chain.rewardToken, ...leg }]);
  }
}
