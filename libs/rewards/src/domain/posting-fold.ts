import { type Address, assert, type ChainId, defined, type FarmId, type Hex } from '#kernel';
import {
  accruedOf,
  applyFarmEvent,
  type EmissionFact,
  type FarmBook,
  type FarmEvent,
  farmIn,
  positionIn,
  positionKey,
} from '#farms';
import { type AccountRef, type JournalDraft, movement, type PostingDraft } from '#ledger';
import { type BridgeFact, type LedgerFact, type TransferFact } from './ledger-fact.js';

/** What the journals of a chain need to know about it. */
export interface PostingChain {
  readonly chainId: ChainId;
  readonly rewardToken: Address;
  /** Wei of one unit of the reward token's shared decimals. */
  readonly sharedUnit: bigint;
  readonly bridge: Address;
  readonly receiver: Address;
  readonly controller: Address | undefined;
}

/** Place of a log, in a final block. */
export interface LogPlace {
  readonly blockNumber: number;
  readonly blockHash: Hex;
  /** Seconds. */
  readonly blockTimestamp: number;
  readonly txHash: Hex;
  readonly logIndex: number;
}

/** A block at whose end everything accrued is posted; `timestamp` in seconds. */
export interface BoundaryBlock {
  readonly number: number;
  readonly hash: Hex;
  readonly timestamp: number;
}

const POT: AccountRef = { kind: 'pot', owner: 'receiver' };
const HUB: AccountRef = { kind: 'emission-hub', owner: 'controller' };
const CUSTODY: AccountRef = { kind: 'bridge-transit', owner: 'custody' };

function external(owner: Address): AccountRef {
  return { kind: 'external', owner };
}

function stream(farmId: FarmId): AccountRef {
  return { kind: 'stream', owner: String(farmId) };
}

/** Without a packet the hub serves its own farms. */
function emissionTransit(guid: Hex | null): AccountRef {
  return { kind: 'emission-transit', owner: guid ?? 'local' };
}

function bridgeTransit(guid: Hex): AccountRef {
  return { kind: 'bridge-transit', owner: guid };
}

function escrow(guid: Hex): AccountRef {
  return { kind: 'bridge-escrow', owner: guid };
}

/**
 * Turns the final facts of a chain, in order, into journals, and moves the book along. The same
 * facts give the same journals however they are cut into batches.
 */
export class PostingFold {
  readonly drafts: JournalDraft[] = [];
  readonly touchedFarms = new Set<FarmId>();
  readonly touchedPositions = new Set<string>();

  /**
   * @param posted Wei that earlier journals gave to each position.
   * @param escrowTokens Token of every credit that is in escrow.
   */
  constructor(
    private readonly chain: PostingChain,
    readonly book: FarmBook,
    readonly stored: {
      readonly posted: Map<string, bigint>;
      readonly escrowTokens: Map<Hex, Address>;
    },
  ) {}

  apply(fact: LedgerFact, place: LogPlace): void {
    switch (fact.source) {
      case 'farms':
        this.applyFarm(fact.event, place);
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
   * Posts what every position of the book accrued up to the end of a block and was not given yet.
   * Must come after the facts of that block and before those of the next.
   */
  accrueAll(block: BoundaryBlock): void {
    const { chainId, rewardToken } = this.chain;
    const positions = [...this.book.positions.entries()].toSorted(
      ([, a], [, b]) => a.farmId - b.farmId || (a.user < b.user ? -1 : 1),
    );
    for (const [key, position] of positions) {
      const { farmId, user } = position;
      const accrued = accruedOf(farmIn(this.book, farmId), position, block.timestamp);
      const amount = this.notPosted(key, accrued);
      if (amount === 0n) continue;
      this.drafts.push({
        businessKey: `accrual:${chainId}:${block.number}:${farmId}:${user}`,
        chainId,
        kind: 'accrual',
        block: { number: block.number, hash: block.hash },
        txHash: null,
        logIndex: null,
        occurredAt: block.timestamp,
        postings: movement({
          asset: rewardToken,
          from: stream(farmId),
          to: { kind: 'reward', owner: key },
          amount,
        }),
      });
    }
  }

  private applyFarm(event: FarmEvent, place: LogPlace): void {
    applyFarmEvent(this.book, event);
    this.touchedFarms.add(event.farmId);
    switch (event.kind) {
      case 'farm-added':
      case 'farm-ended':
        return;
      case 'staked':
      case 'withdrawn':
        this.bookPrincipal(event, place);
        return;
      case 'claimed':
        this.bookClaim(event, place);
        return;
      case 'stream-adjusted': {
        const { delta } = event;
        const [from, to] = delta > 0n ? [POT, stream(event.farmId)] : [stream(event.farmId), POT];
        this.move(place, event.kind, { from, to, amount: delta > 0n ? delta : -delta });
      }
    }
  }

  private bookPrincipal(
    event: Extract<FarmEvent, { readonly kind: 'staked' | 'withdrawn' }>,
    place: LogPlace,
  ): void {
    const { farmId, user, amount, kind } = event;
    this.touch(user, farmId);
    const other = kind === 'staked' ? event.payer : event.to;
    const outside = other === this.chain.bridge ? CUSTODY : external(other);
    const staked: AccountRef = { kind: 'staked', owner: positionKey(user, farmId) };
    const [from, to] = kind === 'staked' ? [outside, staked] : [staked, outside];
    const asset = farmIn(this.book, farmId).stakeToken;
    this.move(place, kind, { asset, from, to, amount });
  }

  /** What the claim settles beyond earlier postings, and the payment, in one journal. */
  private bookClaim(
    event: Extract<FarmEvent, { readonly kind: 'claimed' }>,
    place: LogPlace,
  ): void {
    const { farmId, user, amount } = event;
    const asset = this.chain.rewardToken;
    const key = this.touch(user, farmId);
    const accrued = accruedOf(
      farmIn(this.book, farmId),
      positionIn(this.book, farmId, user),
      event.at,
    );
    const reward: AccountRef = { kind: 'reward', owner: key };
    const settled = this.notPosted(key, accrued);
    const legs = movement({ asset, from: reward, to: external(user), amount });
    const accrual =
      settled === 0n ? [] : movement({ asset, from: stream(farmId), to: reward, amount: settled });
    this.push(place, event.kind, [...accrual, ...legs]);
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
      case 'pot-withdrawn':
        this.move(place, fact.kind, { from: POT, to: external(fact.to), amount: fact.amount });
        return;
      case 'token-withdrawn':
        this.move(place, fact.kind, { from: HUB, to: external(fact.to), amount: fact.amount });
        return;
      default:
      // Parameters and announcements move nothing.
    }
  }

  private applyBridge(fact: BridgeFact, place: LogPlace): void {
    const { guid, kind, amount } = fact;
    switch (kind) {
      case 'move-sent': {
        const asset = farmIn(this.book, fact.farmId).stakeToken;
        this.move(place, kind, { asset, from: CUSTODY, to: bridgeTransit(guid), amount });
        return;
      }
      case 'move-restaked': {
        const asset = farmIn(this.book, fact.farmId).stakeToken;
        const from = fact.isFromEscrow ? escrow(guid) : bridgeTransit(guid);
        this.move(place, kind, { asset, from, to: CUSTODY, amount });
        return;
      }
      case 'move-escrowed': {
        const asset = fact.token;
        this.stored.escrowTokens.set(guid, asset);
        this.move(place, kind, { asset, from: bridgeTransit(guid), to: escrow(guid), amount });
        return;
      }
      case 'escrow-withdrawn':
      case 'escrow-returned': {
        const asset = defined(this.stored.escrowTokens.get(guid), `token of escrow ${guid}`);
        const to = kind === 'escrow-withdrawn' ? external(fact.to) : bridgeTransit(fact.newGuid);
        this.move(place, kind, { asset, from: escrow(guid), to, amount });
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
      if (fact.from === bridge || fact.from === controller) return;
      this.move(place, kind, { asset, from: external(fact.from), to: transit, amount });
      return;
    }
    if (fact.to === bridge || fact.to === receiver) return;
    this.move(place, kind, { asset, from: transit, to: external(fact.to), amount });
  }

  private touch(user: Address, farmId: FarmId): string {
    const key = positionKey(user, farmId);
    this.touchedPositions.add(key);
    return key;
  }

  /** Wei of `accrued` that no journal gave yet; from now on all of it counts as posted. */
  private notPosted(key: string, accrued: bigint): bigint {
    const amount = accrued - (this.stored.posted.get(key) ?? 0n);
    assert(amount >= 0n, `position ${key} was given ${-amount} wei more than it accrued`);
    if (amount > 0n) {
      this.stored.posted.set(key, accrued);
      this.touchedPositions.add(key);
    }
    return amount;
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
    if (leg.amount === 0n) return;
    this.push(place, kind, movement({ asset: this.chain.rewardToken, ...leg }));
  }

  private push(place: LogPlace, kind: string, postings: readonly PostingDraft[]): void {
    const { chainId } = this.chain;
    const { blockNumber, blockHash, blockTimestamp, txHash, logIndex } = place;
    this.drafts.push({
      businessKey: `log:${chainId}:${blockNumber}:${logIndex}`,
      chainId,
      kind,
      block: { number: blockNumber, hash: blockHash },
      txHash,
      logIndex,
      occurredAt: blockTimestamp,
      postings,
    });
  }
}
