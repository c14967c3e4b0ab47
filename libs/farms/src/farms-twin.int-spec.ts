import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Address, type FarmId, maxOf, minOf, toFarmId } from '#kernel';
import { applyFarmEvent } from './domain/apply-farm-event.js';
import { earnedOf } from './domain/accumulator.js';
import {
  emptyBook,
  type FarmBook,
  farmIn,
  positionIn,
  stakeIn,
  tokenIn,
} from './domain/farm-book.js';
import { type FarmEvent } from './domain/farm-event.js';
import { rateOf, unstreamedOf } from './domain/stream.js';
import { type Call } from './testing/dev-chain.js';
import { FarmsChain } from './testing/farms-chain.js';
import {
  histories,
  type HistoryFarm,
  historyFarms,
  historyUser,
  historyUsers,
  leastWeight,
  type Step,
} from './testing/history.js';

const HISTORIES = 30;
const TIMEOUT_MS = 240_000;
const FUNDED_MAX = 2n ** 90n;
const TIERS = [
  { term: 40, boostBps: 13_000, feeBps: 77 },
  { term: 400, boostBps: 25_000, feeBps: 2_500 },
];
const STEPS = [
  { minTenure: 30, bonusBps: 333 },
  { minTenure: 200, bonusBps: 1_999 },
];
const NO_CARRY = { depositedAt: 0, lockEnd: 0, tier: 0, tierBoostBps: 0, feeBps: 0 };
const STATES = { active: 1, 'deposits-paused': 2, ended: 3 };

/** Plays histories on the contract and folds what it reports; after every block both must agree. */
class Player {
  readonly book: FarmBook;
  readonly seen = new Map<FarmEvent['kind'], number>();
  private farmCount = 0;

  constructor(
    private readonly chain: FarmsChain,
    /** Tokens of the streams besides the emission and the fees; all farms share them. */
    private readonly tokens: readonly Address[],
  ) {
    this.book = emptyBook(chain.wiring);
  }

  async play(steps: readonly Step[], farm: HistoryFarm, stakeToken?: Address): Promise<void> {
    const { chain } = this;
    const { receiver, owner } = chain;
    const token = stakeToken ?? (await chain.token([...historyUsers, receiver, owner]));
    const farmId = toFarmId((this.farmCount += 1));
    let at = (await chain.now()) + 1;
    if (this.book.seq === 0) this.fold(await chain.eventsSoFar(at));
    await this.register(farmId, token, farm);
    for (const step of steps) {
      if (step.wait > 0) {
        await this.compareBlock(farmId, at);
        at += step.wait;
      }
      const call = this.callOf(this.bounded(step, farmId), farmId, at);
      if (call !== undefined) await chain.send(call);
    }
    await this.compareBlock(farmId, at);
    await this.compareBlock(farmId, at + 77);
    await this.end(farmId, at + 77);
  }

  /** Ends the farm, and once its streams are over lets them pay back what nobody earned. */
  private async end(farmId: FarmId, at: number): Promise<void> {
    const { chain } = this;
    await chain.send(chain.farmsCall(chain.owner, 'setFarmState', [farmId, STATES.ended]));
    const ends = farmIn(this.book, farmId).streams.map(({ endAt }) => endAt);
    await this.compareBlock(farmId, at + 1);
    const over = Math.max(at + 1, ...ends) + 1;
    for (const stream of [...ends.keys()].slice(1)) {
      await chain.send(chain.farmsCall(historyUser(0), 'sweepStream', [farmId, stream]));
    }
    await this.compareBlock(farmId, over);
  }

  private async register(farmId: FarmId, stakeToken: Address, farm: HistoryFarm): Promise<void> {
    const { chain } = this;
    const { scaleBits, maxRate, hasTerms, streamCount } = farm;
    const { owner, receiver } = chain;
    const settings = { farmId, stakeToken, scaleBits, maxRate, hasTerms };
    await chain.send(chain.farmsCall(owner, 'addFarm', [settings]));
    if (hasTerms) await chain.send(chain.farmsCall(owner, 'setTerms', [farmId, TIERS, STEPS]));
    for (const token of [stakeToken, ...this.tokens].slice(0, streamCount - 1)) {
      const args = [farmId, token, receiver, maxRate];
      await chain.send(chain.farmsCall(owner, 'addStream', args));
    }
  }

  /** Keeps amounts near what the contract takes at all; the rest of the step stays random. */
  private bounded(step: Step, farmId: FarmId): Step {
    const farm = this.book.farms.get(farmId);
    if (farm === undefined) return step;
    const { principal } = positionIn(this.book, farmId, historyUser(step.user));
    const least = leastWeight(farm.scaleBits);
    switch (step.kind) {
      case 'stake': {
        const room = (1n << BigInt(farm.scaleBits)) - 1n - farm.totalWeight;
        return { ...step, amount: maxOf(minOf(step.amount, room / 4n), least - principal) };
      }
      case 'withdraw':
      case 'exit': {
        const isAll = principal - step.amount < least;
        return { ...step, amount: isAll ? principal : step.amount };
      }
      default: {
        const index = step.stream % farm.streams.length;
        const { funded } = tokenIn(this.book, farm.streams[index]?.token ?? farm.stakeToken);
        const room = maxOf(1n, FUNDED_MAX - funded);
        return { ...step, amount: step.kind === 'top-up' ? minOf(step.amount, room) : step.amount };
      }
    }
  }

  private callOf(step: Step, farmId: FarmId, at: number): Call | undefined {
    const { chain } = this;
    const user = historyUser(step.user);
    const { amount, seconds } = step;
    switch (step.kind) {
      case 'stake':
        return this.stakeCall(step, farmId, at);
      case 'withdraw':
        if (seconds % 4 === 0) return this.bridgeCall('exitFor', [farmId, user, amount]);
        return seconds % 4 === 1
          ? chain.farmsCall(user, 'emergencyWithdraw', [farmId, chain.owner])
          : chain.farmsCall(user, 'withdraw', [farmId, amount]);
      case 'exit':
        return chain.farmsCall(user, 'exit', [farmId, amount]);
      case 'claim':
        if (seconds % 4 === 0) return this.bridgeCall('claimToBridge', [farmId, user, 1_000n]);
        return seconds % 4 === 1
          ? chain.farmsCall(chain.owner, 'claimFor', [farmId, user])
          : chain.farmsCall(user, 'claim', [farmId]);
      case 'claim-stream':
        return chain.farmsCall(user, 'claimStream', [farmId, step.stream]);
      case 'reprice':
        return seconds % 4 === 0
          ? chain.farmsCall(user, 'compound', [farmId])
          : chain.farmsCall(user, 'poke', [farmId, user]);
      case 'set-max-rate': {
        const maxRate = 1n + BigInt.asUintN(63, amount);
        return chain.farmsCall(chain.owner, 'setMaxRate', [farmId, step.stream, maxRate]);
      }
      case 'top-up':
      case 'take-back':
        return this.adjustCall(step, farmId, at);
    }
  }

  private stakeCall(step: Step, farmId: FarmId, at: number): Call {
    const { chain } = this;
    const { amount, boostBps } = step;
    const user = historyUser(step.user);
    const tier = boostBps % 4;
    if (tier === 1 || tier === 2)
      return chain.farmsCall(user, 'stakeLocked', [farmId, amount, tier]);
    if (tier === 0) return chain.farmsCall(user, 'stake', [farmId, amount]);
    const lock = { lockEnd: at + step.seconds, tier: 1, tierBoostBps: 12_345, feeBps: 99 };
    const isLocked = step.seconds % 2 === 0;
    const carry = { ...NO_CARRY, depositedAt: at - 70, ...(isLocked ? lock : {}) };
    return this.bridgeCall('stakeArrival', [farmId, user, amount, carry, true]);
  }

  private adjustCall(step: Step, farmId: FarmId, at: number): Call {
    const { chain } = this;
    const { amount, stream, seconds } = step;
    const delta = step.kind === 'top-up' ? amount : -amount;
    if (stream === 0) {
      return chain.farmsCall(chain.receiver, 'adjustStreams', [at + seconds, [farmId], [delta]]);
    }
    if (step.kind === 'take-back') {
      const fee = minOf(amount, 10n ** 9n);
      return this.bridgeCall('takeFee', [farmId, historyUser(step.user), fee]);
    }
    return chain.farmsCall(chain.receiver, 'fundStream', [farmId, stream, amount, seconds]);
  }

  /** The owner has the part of the bridge. */
  private bridgeCall(name: string, args: readonly unknown[]): Call {
    return this.chain.farmsCall(this.chain.owner, name, args);
  }

  private fold(events: readonly FarmEvent[]): void {
    for (const event of events) {
      applyFarmEvent(this.book, event);
      this.seen.set(event.kind, (this.seen.get(event.kind) ?? 0) + 1);
    }
  }

  private async compareBlock(farmId: FarmId, at: number): Promise<void> {
    const { book, chain } = this;
    this.fold(await chain.mineAt(at));
    const { streams, ...farm } = farmIn(book, farmId);
    const stored = await chain.farmOf(farmId);
    expect({ ...stored, stakeToken: stored.stakeToken.toLowerCase() }).toEqual({
      stakeToken: farm.stakeToken,
      maxRate: streams[0]?.maxRate,
      scaleBits: farm.scaleBits,
      state: STATES[farm.status],
      streamCount: streams.length,
      hasTerms: farm.hasTerms,
      totalWeight: farm.totalWeight,
      principal: farm.principal,
    });
    await Promise.all([
      ...[...streams.keys()].map((stream) => this.compareStream(farmId, stream, at)),
      ...historyUsers.map((user) => this.comparePosition(farmId, user, at)),
    ]);
  }

  private async compareStream(farmId: FarmId, index: number, at: number): Promise<void> {
    const { book, chain } = this;
    const farm = farmIn(book, farmId);
    const full = tupleOf(farm.streams, index);
    const [{ token, funder, ...stored }, rate, unstreamed, books, due] = await Promise.all([
      chain.streamOf(farmId, index),
      chain.rateOf(farmId, index),
      chain.unstreamed(farmId),
      chain.booksOf(full.token),
      chain.treasuryDue(full.token),
    ]);
    const { funded: _funded, dustX: _dustX, ...stream } = full;
    const addresses = { token: token.toLowerCase(), funder: funder.toLowerCase() };
    expect({ ...stored, ...addresses }).toEqual(stream);
    expect(rate).toBe(rateOf(full, farm, at));
    if (index === 0) expect(unstreamed).toBe(unstreamedOf(full, farm, at));
    const { funded, settled, dustX, treasuryDue } = tokenIn(book, stream.token);
    expect(books).toEqual([funded, settled, stream.token === chain.rewardToken ? dustX : 0n]);
    expect(due).toBe(treasuryDue);
  }

  private async comparePosition(farmId: FarmId, user: Address, at: number): Promise<void> {
    const { book, chain } = this;
    const stake = stakeIn(book, farmId, user);
    const { principal, weight, lock, words } = stake.position;
    const streams = [...stake.farm.streams.keys()];
    const [position, stored, earned] = await Promise.all([
      chain.positionOf(farmId, user),
      Promise.all(streams.map((stream) => chain.wordOf(farmId, stream, user))),
      Promise.all(streams.map((stream) => chain.earned(farmId, stream, user))),
    ]);
    expect(position).toMatchObject({ principal, weight, ...lock });
    expect(stored).toEqual(streams.map((stream) => words[stream] ?? 0n));
    expect(earned).toEqual(streams.map((stream) => earnedOf(stake, stream, at)));
  }
}

function tupleOf<Item>(items: readonly Item[], index: number): Item {
  const item = items[index];
  if (item === undefined) throw new Error(`nothing at ${index}`);
  return item;
}

describe('the twin beside the contract', () => {
  let chain: FarmsChain;
  let player: Player;

  beforeAll(async () => {
    chain = await FarmsChain.start(historyUsers);
    const { receiver, owner } = chain;
    const everybody = [...historyUsers, receiver, owner];
    const tokens = [await chain.token(everybody), await chain.token(everybody)];
    player = new Player(chain, tokens);
  });
  afterAll(async () => {
    await chain.stop();
  });

  it(
    'stores the same integers over random histories of all kinds of farms',
    async () => {
      await fc.assert(
        fc.asyncProperty(histories, historyFarms, async (steps, farm) => player.play(steps, farm)),
        { numRuns: HISTORIES, endOnFailure: true },
      );
      const kinds: readonly FarmEvent['kind'][] = [
        'staked',
        'locked',
        'withdrawn',
        'exited',
        'exit-fee-taken',
        'claimed',
        'stream-claimed',
        'stream-adjusted',
        'stream-swept',
        'max-rate-set',
      ];
      for (const kind of kinds) expect([kind, player.seen.has(kind)]).toEqual([kind, true]);
    },
    TIMEOUT_MS,
  );

  it('agrees when a residue outgrows the weight that is left within one second', async () => {
    const step = { wait: 0, user: 0, amount: 1n, seconds: 99, boostBps: 10_000, stream: 0 };
    const steps: readonly Step[] = [
      { ...step, kind: 'stake', amount: 1_000_003n },
      { ...step, kind: 'top-up', amount: 12_345n },
      { ...step, kind: 'withdraw', wait: 7, amount: 1_000_002n, seconds: 98 },
      { ...step, kind: 'stake', user: 1 },
      { ...step, kind: 'claim', seconds: 98 },
      { ...step, kind: 'stake', wait: 3 },
    ];
    const farm = { scaleBits: 64, hasTerms: false, streamCount: 1, maxRate: 2n ** 64n - 1n };
    await player.play(steps, farm);
    expect(player.book.farms.size).toBeGreaterThan(0);
  });

  it('agrees where the emission is staked and its farm pays fees in it, too', async () => {
    const step = { wait: 0, user: 0, amount: 10n ** 20n, seconds: 99, boostBps: 10_001, stream: 0 };
    const steps: readonly Step[] = [
      { ...step, kind: 'stake' },
      { ...step, kind: 'stake', user: 1 },
      { ...step, kind: 'top-up', amount: 7n * 10n ** 18n },
      { ...step, kind: 'reprice', wait: 5, seconds: 100 },
      { ...step, kind: 'withdraw', wait: 5, amount: 10n ** 19n, seconds: 98 },
      { ...step, kind: 'claim', wait: 20, seconds: 98 },
      { ...step, kind: 'claim-stream', wait: 5, user: 1, stream: 1 },
      { ...step, kind: 'reprice', wait: 40, user: 1 },
      { ...step, kind: 'exit', wait: 40, user: 1 },
    ];
    const { rewardToken } = chain;
    await chain.endow(rewardToken, historyUsers);
    const before = player.seen.get('exit-fee-taken') ?? 0;
    const farm = { scaleBits: 80, hasTerms: true, streamCount: 2, maxRate: 2n ** 64n - 1n };
    await player.play(steps, farm, rewardToken);
    expect(player.seen.get('exit-fee-taken')).toBe(before + 1);
    expect(player.seen.has('repriced')).toBe(true);
  });
});
