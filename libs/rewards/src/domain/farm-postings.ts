import {
  accruedOf,
  accrueTo,
  applyFarmEvent,
  DUST_BITS,
  EMISSION,
  type FarmBook,
  type FarmEvent,
  farmIn,
  type FarmState,
  positionKey,
  stakeIn,
  type Stake,
} from '#farms';
import { type Address, assert, BPS, defined, type FarmId, mulDivUp } from '#kernel';
import { type AccountRef } from '#ledger';
import {
  CUSTODY,
  dust,
  external,
  idle,
  POT,
  reward,
  staked,
  stream,
  streamOwner,
  SURPLUS,
  TREASURY,
  TREASURY_DUE,
} from './account-refs.js';
import { type BoundaryBlock, type JournalSink, type Leg, type LogPlace } from './journal-sink.js';

/** What earlier journals of the farms of a chain add up to. */
export interface PostedSums {
  /** Wei given to each position, by stream. */
  readonly posted: Map<string, readonly bigint[]>;
  /** Wei in the idle and dust accounts of each stream, by `streamOwner`. */
  readonly idle: Map<string, bigint>;
  readonly dust: Map<string, bigint>;
}

export function emptySums(): PostedSums {
  return { posted: new Map(), idle: new Map(), dust: new Map() };
}

type EventOf<Kind extends FarmEvent['kind']> = Extract<FarmEvent, { readonly kind: Kind }>;

/** What an early exit pays out of what it takes out. */
interface DueFee {
  readonly seq: number;
  readonly farmId: FarmId;
  readonly user: Address;
  readonly payer: AccountRef;
  readonly fee: bigint;
}

/** Turns the events of the farms of a chain, in order, into journals, and moves the book along. */
export class FarmPostings {
  readonly touchedFarms = new Set<FarmId>();
  readonly touchedPositions = new Set<string>();
  private previous: FarmEvent | undefined;
  private dueFee: DueFee | undefined;

  constructor(
    private readonly contracts: { readonly farms: Address; readonly bridge: Address },
    readonly book: FarmBook,
    private readonly facts: { readonly sums: PostedSums; readonly journals: JournalSink },
  ) {}

  apply(event: FarmEvent, place: LogPlace): void {
    this.dueFee = this.feeDueOf(event) ?? this.dueFee;
    applyFarmEvent(this.book, event);
    if ('farmId' in event) this.touchedFarms.add(event.farmId);
    if ('farmId' in event && 'user' in event) this.touch(event.user, event.farmId);
    const divides = 'weight' in event || event.kind === 'claimed';
    if (divides) this.facts.journals.ofCut(place, this.cutLegs(event));
    this.facts.journals.ofLog(place, event.kind, this.legsOf(event));
    this.previous = event;
  }

  /** Posts what accrued up to the end of a block, to users and to nobody, and was not posted yet. */
  accrueAll(block: BoundaryBlock): void {
    const { book } = this;
    const { journals } = this.facts;
    const farms = new Map<FarmId, FarmState>();
    for (const farmId of [...book.farms.keys()].toSorted((a, b) => a - b)) {
      const farm = accrueTo(farmIn(book, farmId), block.timestamp);
      farms.set(farmId, farm);
      journals.ofBoundary(block, `idle:${farmId}`, this.idleLegs(farm));
    }
    const positions = [...book.positions.entries()].toSorted(
      ([, a], [, b]) => a.farmId - b.farmId || (a.user < b.user ? -1 : 1),
    );
    for (const [key, position] of positions) {
      const { farmId, user } = position;
      const farm = defined(farms.get(farmId), `farm ${farmId}`);
      const legs = this.accrualLegs({ farm, position }, block.timestamp);
      if (legs.length > 0) this.touchedPositions.add(key);
      journals.ofBoundary(block, `${farmId}:${user}`, legs);
    }
  }

  private legsOf(event: FarmEvent): readonly Leg[] {
    switch (event.kind) {
      case 'staked':
      case 'withdrawn':
      case 'exited':
        return this.principalLegs(event);
      case 'claimed':
        return this.claimLegs({ event, stream: EMISSION, to: event.to, amount: event.amount });
      case 'stream-claimed':
        return this.claimLegs({ event, ...event });
      case 'exit-fee-taken':
        return [this.feeLeg(event)];
      case 'stream-adjusted':
        return this.adjustmentLegs(event);
      case 'stream-swept':
        return this.sweepLegs(event);
      case 'treasury-paid': {
        const { token: asset, amount } = event;
        return [{ asset, from: TREASURY_DUE, to: TREASURY, amount }];
      }
      case 'surplus-recovered': {
        const { token: asset, to, amount } = event;
        return [{ asset, from: SURPLUS, to: external(to), amount }];
      }
      default:
        // Terms, states and roles move nothing.
        return [];
    }
  }

  /** The account of who paid or was paid; our own contracts hold it for a moment only. */
  private outside(account: Address): AccountRef {
    if (account === this.contracts.bridge) return CUSTODY;
    if (account === this.contracts.farms) return SURPLUS;
    return external(account);
  }

  private principalLegs(
    event: EventOf<'staked'> | EventOf<'withdrawn'> | EventOf<'exited'>,
  ): readonly Leg[] {
    const { farmId, user, amount } = event;
    const asset = farmIn(this.book, farmId).stakeToken;
    const own = staked(positionKey(user, farmId));
    switch (event.kind) {
      case 'staked':
        return [{ asset, from: this.outside(event.payer), to: own, amount }];
      case 'withdrawn':
        return [{ asset, from: own, to: this.outside(event.to), amount }];
      case 'exited': {
        const { paid } = event;
        const claim = this.claimLegs({ event, stream: EMISSION, to: user, amount: paid });
        return [{ asset, from: own, to: external(user), amount }, ...claim];
      }
    }
  }

  /** What a claim settles beyond earlier postings, the payment, and the dust that became a wei. */
  private claimLegs(claim: {
    readonly event: { readonly farmId: FarmId; readonly user: Address; readonly at: number };
    readonly stream: number;
    readonly to: Address;
    readonly amount: bigint;
  }): readonly Leg[] {
    const { event, to, amount } = claim;
    const { farmId, user, at } = event;
    const stake = stakeIn(this.book, farmId, user);
    const asset = defined(stake.farm.streams[claim.stream], 'stream').token;
    const own = reward(positionKey(user, farmId), claim.stream);
    return [
      ...this.settledLegs(stake, claim.stream, at),
      { asset, from: own, to: this.outside(to), amount },
      this.dustLeg(stake.farm),
    ];
  }

  /** Wei accrued in one stream that no journal gave yet; from now on all of it counts as posted. */
  private settledLegs(stake: Stake, index: number, at: number): readonly Leg[] {
    const { farmId, user } = stake.position;
    const key = positionKey(user, farmId);
    const accrued = accruedOf(stake, index, at);
    const amount = accrued - this.postedOf(key, index);
    assert(amount >= 0n, `position ${key} was given ${-amount} wei more than it accrued`);
    if (amount === 0n) return [];
    this.setPosted(key, index, accrued);
    const asset = defined(stake.farm.streams[index], 'stream').token;
    return [{ asset, from: stream(farmId, index), to: reward(key, index), amount }];
  }

  private accrualLegs(stake: Stake, at: number): readonly Leg[] {
    return stake.farm.streams.flatMap((_, index) => this.settledLegs(stake, index, at));
  }

  /**
   * A change of weight gives the remainder of a division to all stakers, and so does a claim of
   * whole units that leaves a rest. Where that cuts off a wei which an earlier journal gave already,
   * the wei goes back.
   */
  private cutLegs(event: {
    readonly farmId: FarmId;
    readonly user: Address;
    readonly at: number;
  }): readonly Leg[] {
    const stake = stakeIn(this.book, event.farmId, event.user);
    const key = positionKey(event.user, event.farmId);
    return stake.farm.streams.flatMap(({ token: asset }, index) => {
      const accrued = accruedOf(stake, index, event.at);
      const amount = this.postedOf(key, index) - accrued;
      if (amount <= 0n) return [];
      assert(amount === 1n, `position ${key} lost ${amount} wei to a division`);
      this.setPosted(key, index, accrued);
      return [{ asset, from: reward(key, index), to: stream(event.farmId, index), amount }];
    });
  }

  private feeLeg(event: EventOf<'exit-fee-taken'>): Leg {
    const { farmId, fee: amount, toStakers } = event;
    const asset = farmIn(this.book, farmId).stakeToken;
    const to = toStakers ? SURPLUS : TREASURY_DUE;
    return { asset, from: this.feePayer(event), to, amount };
  }

  /** The fee is part of what the event before it paid out; else the bridge collected it. */
  private feePayer({ seq, farmId, user, fee }: EventOf<'exit-fee-taken'>): AccountRef {
    const { dueFee: due } = this;
    const isDue = due?.seq === seq - 1 && due.farmId === farmId && due.user === user;
    return isDue && due.fee === fee ? due.payer : CUSTODY;
  }

  /** The fee that the exit of an early leaver is followed by; undefined for any other event. */
  private feeDueOf(event: FarmEvent): DueFee | undefined {
    if (event.kind !== 'withdrawn' && event.kind !== 'exited') return undefined;
    const { farmId, user, amount, at, seq } = event;
    const { farm, position } = stakeIn(this.book, farmId, user);
    const { lockEnd, feeBps } = position.lock;
    if (lockEnd <= at || farm.status === 'ended') return undefined;
    const payer = this.outside(event.kind === 'withdrawn' ? event.to : user);
    return { seq, farmId, user, payer, fee: mulDivUp(amount, BigInt(feeBps), BPS) };
  }

  private adjustmentLegs(event: EventOf<'stream-adjusted'>): readonly Leg[] {
    const { farmId, delta } = event;
    const farm = farmIn(this.book, farmId);
    const { token: asset, funder } = defined(farm.streams[event.stream], 'stream');
    const { previous } = this;
    const isFee = previous?.kind === 'exit-fee-taken' && previous.seq === event.seq - 1;
    const funding = isFee ? SURPLUS : external(funder);
    const source = event.stream === EMISSION ? POT : funding;
    const own = stream(farmId, event.stream);
    const [from, to, amount] = delta > 0n ? [source, own, delta] : [own, source, -delta];
    return [this.foldIdle(farm, event.stream), { asset, from, to, amount }];
  }

  /** A sweep pays what was emitted to nobody as well. */
  private sweepLegs(event: EventOf<'stream-swept'>): readonly Leg[] {
    const { farmId, amount } = event;
    const farm = farmIn(this.book, farmId);
    const { token: asset } = defined(farm.streams[event.stream], 'stream');
    const leg = { asset, from: stream(farmId, event.stream), to: external(event.to), amount };
    return [this.foldIdle(farm, event.stream), leg];
  }

  /** An adjustment folds what was emitted to nobody back into the stream. */
  private foldIdle({ farmId, streams }: FarmState, index: number): Leg {
    const owner = streamOwner(farmId, index);
    const amount = this.facts.sums.idle.get(owner) ?? 0n;
    this.facts.sums.idle.set(owner, 0n);
    const asset = defined(streams[index], 'stream').token;
    return { asset, from: idle(farmId, index), to: stream(farmId, index), amount };
  }

  private idleLegs({ farmId, streams }: FarmState): readonly Leg[] {
    return streams.map(({ token: asset, idle: total }, index) => {
      const amount = grown(this.facts.sums.idle, streamOwner(farmId, index), total);
      return { asset, from: stream(farmId, index), to: idle(farmId, index), amount };
    });
  }

  private dustLeg({ farmId, streams }: FarmState): Leg {
    const { token: asset, dustX } = defined(streams[EMISSION], 'emission');
    const owner = streamOwner(farmId, EMISSION);
    const amount = grown(this.facts.sums.dust, owner, dustX >> DUST_BITS);
    return { asset, from: stream(farmId, EMISSION), to: dust(farmId), amount };
  }

  private touch(user: Address, farmId: FarmId): void {
    this.touchedPositions.add(positionKey(user, farmId));
  }

  private postedOf(key: string, index: number): bigint {
    return this.facts.sums.posted.get(key)?.[index] ?? 0n;
  }

  private setPosted(key: string, index: number, amount: bigint): void {
    const posted = [...(this.facts.sums.posted.get(key) ?? [])];
    while (posted.length <= index) posted.push(0n);
    this.facts.sums.posted.set(key, posted.with(index, amount));
  }
}

/** By how much a sum grew; it then counts as posted. */
function grown(sums: Map<string, bigint>, key: string, total: bigint): bigint {
  const amount = total - (sums.get(key) ?? 0n);
  assert(amount >= 0n, `${key} fell by ${-amount} wei without an event`);
  sums.set(key, total);
  return amount;
}
