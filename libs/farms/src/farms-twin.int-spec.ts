import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Address, type FarmId, minOf, toFarmId } from '#kernel';
import { earnedOf, unstreamedOf } from './domain/accumulator.js';
import {
  applyFarmEvent,
  emptyBook,
  type FarmBook,
  farmIn,
  positionIn,
} from './domain/farm-book.js';
import { type FarmEvent } from './domain/farm-event.js';
import { FarmsChain } from './testing/farms-chain.js';
import { eventOf, histories, historyUsers, type Step } from './testing/history.js';

const HISTORIES = 60;

const settings = fc.record({
  scaleBits: fc.constantFrom(40, 64, 96),
  minWeightBits: fc.constantFrom(0, 8, 30),
  maxRate: fc.constantFrom(1n, 10n ** 12n, 2n ** 64n - 1n),
});
type Settings = typeof settings extends fc.Arbitrary<infer Value> ? Value : never;

/** Farm and position as the contract gives them, from the twin. */
function expectedFarm(book: FarmBook, farmId: FarmId): object {
  const { farmId: _id, status, ...farm } = farmIn(book, farmId);
  return { ...farm, state: status === 'active' ? 1 : 2 };
}

class Player {
  readonly book = emptyBook();
  private farmCount = 0;

  constructor(private readonly chain: FarmsChain) {}

  /** Registers a farm and plays a history on it; every block is compared with the twin. */
  async play(steps: readonly Step[], farm: Settings): Promise<void> {
    const { chain } = this;
    const stakeToken = await chain.stakeToken(historyUsers);
    const farmId = toFarmId((this.farmCount += 1));
    let at = (await chain.now()) + 1;
    const { scaleBits, minWeightBits, maxRate } = farm;
    const args = [farmId, stakeToken, scaleBits, minWeightBits, maxRate];
    await chain.send(chain.farmsCall(chain.owner, 'addFarm', args));
    let expected: FarmEvent[] = [];
    const added = { farmId, seq: this.book.seq + 1, at, stakeToken, ...farm };
    this.expect(expected, { ...added, kind: 'farm-added' });

    for (const step of steps) {
      if (step.wait > 0) {
        await this.compareBlock(farmId, at, expected);
        expected = [];
        at += step.wait;
      }
      const event = eventOf(this.book, this.bounded(step, farmId), { farmId, at });
      if (event === undefined) continue;
      await chain.send(this.callOf(event, at, step));
      this.expect(expected, event);
    }
    await this.compareBlock(farmId, at, expected);
    await this.compareBlock(farmId, at + 77, []);
  }

  private expect(expected: FarmEvent[], event: FarmEvent): void {
    applyFarmEvent(this.book, event);
    expected.push(event);
  }

  /** Keeps amounts inside what the contract takes at all; the rest of the step stays random. */
  private bounded(step: Step, farmId: FarmId): Step {
    const farm = farmIn(this.book, farmId);
    if (step.kind === 'stake') {
      const room = (1n << BigInt(farm.scaleBits)) - 1n - farm.totalWeight;
      return room === 0n
        ? { ...step, kind: 'claim' }
        : { ...step, amount: minOf(step.amount, room) };
    }
    if (step.kind !== 'top-up') return step;
    const bits = 160 - farm.scaleBits + farm.minWeightBits;
    const room = (1n << BigInt(Math.min(bits, 96))) - 1n - farm.funded;
    return { ...step, amount: minOf(step.amount, room) };
  }

  private callOf(event: FarmEvent, at: number, step: Step) {
    const { chain } = this;
    switch (event.kind) {
      case 'staked':
        return chain.farmsCall(event.user, 'stake', [event.farmId, event.amount]);
      case 'withdrawn':
        return chain.farmsCall(event.user, 'withdraw', [event.farmId, event.amount]);
      case 'claimed':
        return chain.farmsCall(event.user, 'claim', [event.farmId]);
      case 'stream-adjusted': {
        const end = at + (step.kind === 'top-up' ? step.seconds : 1);
        // More is asked back than there is: the contract takes what the twin says it takes.
        const delta = event.delta > 0n ? event.delta : -(2n ** 127n);
        const isAll = event.delta < 0n && -event.delta === this.unstreamedBefore(event);
        const args = [end, [event.farmId], [isAll ? delta : event.delta]];
        return chain.farmsCall(chain.receiver, 'adjustStreams', args);
      }
      case 'farm-added':
      case 'farm-ended':
        throw new Error(`a history has no ${event.kind}`);
    }
  }

  private unstreamedBefore({ farmId, at }: FarmEvent): bigint {
    return unstreamedOf(farmIn(this.book, farmId), at);
  }

  private async compareBlock(
    farmId: FarmId,
    at: number,
    expected: readonly FarmEvent[],
  ): Promise<void> {
    const { book, chain } = this;
    expect(await chain.mineAt(at)).toEqual(expected);
    const stored = await chain.farmOf(farmId);
    expect({ ...stored, stakeToken: stored.stakeToken.toLowerCase() }).toEqual(
      expectedFarm(book, farmId),
    );
    const farm = farmIn(book, farmId);
    expect(await chain.unstreamed(farmId)).toBe(unstreamedOf(farm, at));
    for (const user of historyUsers) await this.comparePosition(farmId, user, at);
  }

  private async comparePosition(farmId: FarmId, user: Address, at: number): Promise<void> {
    const { book, chain } = this;
    const position = positionIn(book, farmId, user);
    const { weight, accPaid, pendingX } = position;
    expect(await chain.positionOf(farmId, user)).toEqual({ weight, accPaid, pendingX });
    expect(await chain.earned(farmId, user)).toBe(earnedOf(farmIn(book, farmId), position, at));
  }
}

describe('the twin beside the contract', () => {
  let chain: FarmsChain;
  let player: Player;

  beforeAll(async () => {
    chain = await FarmsChain.start(historyUsers);
    player = new Player(chain);
  });
  afterAll(async () => {
    await chain.stop();
  });

  it('reports the same events and stores the same integers over random histories', async () => {
    await fc.assert(
      fc.asyncProperty(histories, settings, async (steps, farm) => player.play(steps, farm)),
      { numRuns: HISTORIES, endOnFailure: true },
    );
    expect(player.book.seq).toBeGreaterThan(HISTORIES);
  });

  it('agrees when a residue outgrows the weight that is left within one second', async () => {
    const step = { wait: 0, user: 0, amount: 1n, seconds: 100 };
    const steps: readonly Step[] = [
      { ...step, kind: 'stake', amount: 1_000_003n },
      { ...step, kind: 'top-up', amount: 12_345n },
      { ...step, kind: 'withdraw', wait: 7, amount: 1_000_002n },
      { ...step, kind: 'stake', user: 1 },
      { ...step, kind: 'claim' },
      { ...step, kind: 'stake', wait: 3 },
    ];
    await player.play(steps, { scaleBits: 96, minWeightBits: 0, maxRate: 2n ** 64n - 1n });
    expect(player.book.farms.size).toBeGreaterThan(0);
  });
});
