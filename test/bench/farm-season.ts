/**
 * A dense season of farms as data: every event is what the contract would have emitted, so that
 * postings and balances can be derived from it like from a real chain. Deterministic.
 */
import { emissionReceiverAbi, farmsAbi } from '#abi';
import {
  applyFarmEvent,
  earnedOf,
  EMISSION,
  emptyBook,
  type FarmBook,
  type FarmEvent,
  type FarmsWiring,
  positionIn,
  stakeIn,
} from '#farms';
import {
  type Address,
  type FarmId,
  type Hex,
  InvariantViolation,
  toAddress,
  toFarmId,
} from '#kernel';
import { getAbiItem, toEventSelector } from 'viem';

export interface SeasonSize {
  readonly blocks: number;
  readonly perBlock: number;
  readonly users: number;
  readonly farms: number;
}

export const DENSE: SeasonSize = { blocks: 2_000, perBlock: 100, users: 20_000, farms: 20 };

/** One log: its topics, three at the farms and four at the receiver, and the words of its data. */
export interface SeasonLog {
  readonly topics: readonly [Hex, ...bigint[]];
  readonly data: readonly bigint[];
}

/** Logs of one contract in one block; `at` in seconds. */
export interface SeasonBlock {
  readonly at: number;
  readonly source: 'farms' | 'receiver';
  readonly logs: readonly SeasonLog[];
}

const GENESIS_AT = 1_795_000_100;
const BLOCK_SECONDS = 2;
/** Of a stake token with 18 decimals, and the least position of such a farm. */
const SCALE_BITS = 95;
const LEAST = 1n << 31n;
const MAX_RATE = 10n ** 18n;
/** Each farm emits a wei per second and user more than anybody could claim away. */
const EMISSION_WEI = 10n ** 24n;
const ETHER = 10n ** 18n;

export const topicOf = {
  farmAdded: toEventSelector(getAbiItem({ abi: farmsAbi, name: 'FarmAdded' })),
  streamAdjusted: toEventSelector(getAbiItem({ abi: farmsAbi, name: 'StreamAdjusted' })),
  staked: toEventSelector(getAbiItem({ abi: farmsAbi, name: 'Staked' })),
  withdrawn: toEventSelector(getAbiItem({ abi: farmsAbi, name: 'Withdrawn' })),
  claimed: toEventSelector(getAbiItem({ abi: farmsAbi, name: 'Claimed' })),
  orderReceived: toEventSelector(getAbiItem({ abi: emissionReceiverAbi, name: 'OrderReceived' })),
};

/** Plays the season; `book` is the state of the farms after the blocks taken so far. */
export class FarmSeason {
  readonly book: FarmBook;
  private seed = 0x9e3779b9;
  private at = GENESIS_AT;

  constructor(
    readonly size: SeasonSize,
    wiring: FarmsWiring,
  ) {
    this.book = emptyBook(wiring);
  }

  *blocks(): Generator<SeasonBlock> {
    const { blocks } = this.size;
    yield { at: this.at, source: 'receiver', logs: [this.orderReceived()] };
    this.at += BLOCK_SECONDS;
    yield { at: this.at, source: 'farms', logs: this.opening() };
    for (let block = 0; block < blocks; block += 1) yield this.next();
  }

  /** One more block of actions, `seconds` after the one before. */
  next(seconds = BLOCK_SECONDS): SeasonBlock {
    this.at += seconds;
    const logs = Array.from({ length: this.size.perBlock }, () => this.play(this.action()));
    return { at: this.at, source: 'farms', logs };
  }

  private orderReceived(): SeasonLog {
    const amount = EMISSION_WEI * BigInt(this.size.farms);
    // Epoch, revision, no packet; amount, whether it is the newest, number.
    return { topics: [topicOf.orderReceived, 1n, 1n, 0n], data: [amount, 1n, 1n] };
  }

  private opening(): readonly SeasonLog[] {
    return Array.from({ length: this.size.farms }, (_, index) => toFarmId(index + 1)).flatMap(
      (farmId) => [this.play(this.farmAdded(farmId)), this.play(this.funded(farmId))],
    );
  }

  private farmAdded(farmId: FarmId): FarmEvent {
    const stakeToken = toAddress(`0x${(0x5000 + farmId).toString(16).padStart(40, '0')}`);
    const settings = { scaleBits: SCALE_BITS, maxRate: MAX_RATE, hasTerms: false };
    return { ...this.placed(), kind: 'farm-added', farmId, stakeToken, ...settings };
  }

  private funded(farmId: FarmId): FarmEvent {
    const endAt = this.at + BLOCK_SECONDS * (this.size.blocks + 1);
    const wei = { delta: EMISSION_WEI, remaining: EMISSION_WEI };
    return { ...this.placed(), kind: 'stream-adjusted', farmId, stream: EMISSION, endAt, ...wei };
  }

  /** Half of the actions stake, a quarter withdraws, a quarter claims, where there is something. */
  private action(): FarmEvent {
    const farmId = toFarmId((this.random() % this.size.farms) + 1);
    const user = userAt(this.random() % this.size.users);
    const amount = (BigInt(this.random()) << 28n) % ETHER;
    const wish = this.random() % 4;
    const place = { ...this.placed(), farmId, user };
    const { principal } = positionIn(this.book, farmId, user);
    if (wish === 2 && principal > 0n) {
      const isAll = principal - amount < LEAST;
      const taken = isAll ? principal : amount;
      const weight = principal - taken;
      return { ...place, kind: 'withdrawn', to: user, amount: taken, weight };
    }
    const earned = wish === 3 ? earnedOf(stakeIn(this.book, farmId, user), EMISSION, this.at) : 0n;
    if (earned > 0n) return { ...place, kind: 'claimed', to: user, amount: earned };
    const added = amount + LEAST;
    return { ...place, kind: 'staked', payer: user, amount: added, weight: principal + added };
  }

  private placed(): { readonly seq: number; readonly at: number } {
    return { seq: this.book.seq + 1, at: this.at };
  }

  private play(event: FarmEvent): SeasonLog {
    applyFarmEvent(this.book, event);
    return logOf(event);
  }

  /** Xorshift, 32 bits. */
  private random(): number {
    this.seed ^= this.seed << 13;
    this.seed ^= this.seed >>> 17;
    this.seed ^= this.seed << 5;
    return this.seed >>> 0;
  }
}

export function userAt(index: number): Address {
  return toAddress(`0x${(0xabcdef0000 + index * 7_919).toString(16).padStart(40, '0')}`);
}

function logOf(event: FarmEvent): SeasonLog {
  const seq = BigInt(event.seq);
  switch (event.kind) {
    case 'farm-added': {
      const data = [BigInt(event.scaleBits), event.maxRate, BigInt(event.hasTerms), seq];
      return { topics: [topicOf.farmAdded, BigInt(event.farmId), BigInt(event.stakeToken)], data };
    }
    case 'stream-adjusted': {
      const data = [event.delta, event.remaining, BigInt(event.endAt), seq];
      return { topics: [topicOf.streamAdjusted, BigInt(event.farmId), BigInt(event.stream)], data };
    }
    case 'staked': {
      const data = [BigInt(event.payer), event.amount, event.weight, seq];
      return { topics: [topicOf.staked, BigInt(event.farmId), BigInt(event.user)], data };
    }
    case 'withdrawn': {
      const data = [BigInt(event.to), event.amount, event.weight, seq];
      return { topics: [topicOf.withdrawn, BigInt(event.farmId), BigInt(event.user)], data };
    }
    case 'claimed': {
      const data = [BigInt(event.to), event.amount, seq];
      return { topics: [topicOf.claimed, BigInt(event.farmId), BigInt(event.user)], data };
    }
    default:
      throw new InvariantViolation(`the season has no ${event.kind}`);
  }
}
