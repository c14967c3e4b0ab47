/**
 * Users of several chains act at random while blocks are reorganised away and both workers are
 * killed. At the end every position equals its contract at every epoch end, and a rebuild from
 * nothing gives the same digest.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTestDatabase, type TestDatabase } from '#database/testing';
import { FarmsProjector, FarmStateStore } from '#farms';
import { createIndexer } from '#indexer/testing';
import { type Address, assert, defined, toAddress, toFarmId } from '#kernel';
import { LedgerService } from '#ledger';
import { PostingCursorStore } from '#rewards';
import { createPoster, createRewards, EmissionChain } from '#rewards/testing';
import { soakConfig } from './soak-config.js';
import type { SoakOrder } from './soak-worker.js';

export interface SoakSize {
  readonly chains: number;
  /** Farms, users and actions are of all chains together. */
  readonly farms: number;
  readonly users: number;
  readonly events: number;
  readonly reorgDepthMax: number;
  readonly seed: number;
}

export interface SoakReport {
  readonly actions: number;
  readonly reorgs: number;
  readonly deepestReorg: number;
  readonly kills: number;
  readonly epochEnds: number;
  /** Positions compared, each at every epoch end. */
  readonly compared: number;
  readonly journals: number;
  readonly digest: string;
}

const WORKERS = 2;
const ACTIONS_PER_BLOCK = 10;
/** Chances after each block. */
const REORG_CHANCE = 0.1;
const KILL_CHANCE = 0.06;
const EPOCH_SECONDS = 20;
const EPOCHS_MAX = 10_000;
const ORDER_EVERY_BLOCKS = 15;
const ORDER_SECONDS = 60;
const COMPARE_AT_ONCE = 200;
const CATCH_UP_MS_MAX = 900_000;
const CATCH_UP_POLL_MS = 200;

/** Runs a soak; throws when anything differs by a wei. */
export async function soak(size: SoakSize, say: (line: object) => void): Promise<SoakReport> {
  const run = new Soak(size, say);
  try {
    return await run.play();
  } finally {
    await run.close();
  }
}

class Soak {
  private readonly random: () => number;
  private readonly chains: EmissionChain[] = [];
  private readonly workers: ChildProcess[] = [];
  private readonly databases: TestDatabase[] = [];
  private readonly users: readonly Address[];
  private genesis = 0;
  private reorgs = 0;
  private deepestReorg = 0;
  private kills = 0;

  constructor(
    private readonly size: SoakSize,
    private readonly say: (line: object) => void,
  ) {
    this.random = randomOf(size.seed);
    const perChain = Math.ceil(size.users / size.chains);
    this.users = Array.from({ length: perChain }, (_, index) =>
      toAddress(`0x${(0x5eed0000 + index).toString(16).padStart(40, '0')}`),
    );
  }

  async play(): Promise<SoakReport> {
    await this.open();
    const fired = await this.database();
    for (let index = 0; index < WORKERS; index += 1) await this.startWorker(fired, index);
    const blocks = Math.ceil(this.size.events / ACTIONS_PER_BLOCK);
    for (let block = 0; block < blocks; block += 1) {
      const chain = defined(this.chains[block % this.chains.length], 'chain');
      await this.mine(chain, Math.floor(block / this.chains.length));
      if (this.random() < REORG_CHANCE) await this.reorganise(chain);
      if (this.random() < KILL_CHANCE) await this.kill(fired);
      if (block % 100 === 99) this.say({ block, of: blocks, reorgs: this.reorgs });
    }
    await this.settle(fired);
    const { compared, epochEnds } = await this.compare(fired);
    const { digest, journals } = await this.digestOf(fired);
    const calm = await this.database();
    await this.rebuild(calm);
    const rebuilt = await this.digestOf(calm);
    assert(digest === rebuilt.digest, 'a rebuild from nothing gives the same digest');
    const { reorgs, deepestReorg, kills } = this;
    const actions = blocks * ACTIONS_PER_BLOCK;
    return { actions, reorgs, deepestReorg, kills, epochEnds, compared, journals, digest };
  }

  async close(): Promise<void> {
    for (const worker of this.workers) await end(worker);
    for (const database of this.databases) await database.close();
    for (const { chain } of this.chains) await chain.stop();
  }

  private async open(): Promise<void> {
    const { users, size } = this;
    for (let index = 0; index < size.chains; index += 1) {
      const started = await EmissionChain.start({
        users,
        farmCount: Math.ceil(size.farms / size.chains),
        chainId: 900_301 + index,
        key: `soak-${index + 1}`,
        finalityDepth: size.reorgDepthMax,
      });
      this.chains.push(started);
      // No reorganisation may reach below the contracts themselves.
      await started.pass(size.reorgDepthMax);
    }
    const times = await Promise.all(this.chains.map(({ chain }) => chain.now()));
    this.genesis = Math.min(...times) - size.reorgDepthMax * 2;
  }

  private async database(): Promise<TestDatabase> {
    const database = await createTestDatabase();
    this.databases.push(database);
    return database;
  }

  private order({ host, database }: TestDatabase): SoakOrder {
    const chains = this.chains.map((chain) => chain.deployment());
    return { host, database, chains, genesis: this.genesis, epochSeconds: EPOCH_SECONDS };
  }

  private async startWorker(database: TestDatabase, index: number): Promise<void> {
    const worker = fork(new URL('soak-worker.ts', import.meta.url), {
      // Whoever runs the soak, the worker is TypeScript.
      execArgv: ['--import', 'tsx', '--conditions', 'source'],
      // Stake values of farms are bigint.
      serialization: 'advanced',
    });
    worker.send(this.order(database));
    this.workers[index] = worker;
    await once(worker, 'spawn');
  }

  private async kill(database: TestDatabase): Promise<void> {
    const index = Math.floor(this.random() * WORKERS);
    const worker = defined(this.workers[index], 'worker');
    assert(worker.exitCode === null, 'a worker ends only when it is killed');
    await end(worker);
    this.kills += 1;
    await this.startWorker(database, index);
  }

  private async mine(chain: EmissionChain, block: number): Promise<void> {
    const at = (await chain.chain.now()) + 1;
    if (block % ORDER_EVERY_BLOCKS === 0) {
      const amounts = chain.stakeFarms.map(() => BigInt(Math.floor(this.random() * 10 ** 7) + 1));
      await chain.order(amounts, at + ORDER_SECONDS);
    }
    for (let index = 0; index < ACTIONS_PER_BLOCK; index += 1) await this.act(chain);
    await chain.chain.mineAt(at);
  }

  private async act(chain: EmissionChain): Promise<void> {
    const user = defined(this.users[Math.floor(this.random() * this.users.length)], 'user');
    const farmId = 1 + Math.floor(this.random() * chain.stakeFarms.length);
    const amount = BigInt(Math.floor(this.random() * 10 ** 12) + 1);
    const wish = this.random();
    // What a user does not have is refused on chain, as it would be in life.
    if (wish < 0.55) await chain.farms(user, 'stake', [farmId, amount]);
    else if (wish < 0.7) await chain.farms(user, 'withdraw', [farmId, amount]);
    else if (wish < 0.8) await chain.farms(user, 'exit', [farmId, amount]);
    else await chain.farms(user, 'claim', [farmId]);
  }

  private async reorganise(chain: EmissionChain): Promise<void> {
    const depth = 1 + Math.floor(this.random() * this.size.reorgDepthMax);
    await chain.chain.anvil.reorg(depth);
    this.reorgs += 1;
    this.deepestReorg = Math.max(this.deepestReorg, depth);
  }

  /** Makes the last action final and waits until the workers have posted it. */
  private async settle(database: TestDatabase): Promise<void> {
    const cursors = new FarmStateStore(database.dataSource);
    for (const chain of this.chains) {
      await chain.pass(this.size.reorgDepthMax + 1);
      const final = (await chain.chain.anvil.blockNumber()) - this.size.reorgDepthMax;
      const { chainId } = chain.deployment();
      const deadline = Date.now() + CATCH_UP_MS_MAX;
      while (((await cursors.cursor(chainId))?.postedBlock ?? -1) < final) {
        assert(Date.now() < deadline, `chain ${chainId} was not posted up to block ${final}`);
        for (const { exitCode } of this.workers) assert(exitCode === null, 'a worker failed');
        await sleep(CATCH_UP_POLL_MS);
      }
    }
    for (const worker of this.workers) await end(worker);
  }

  /** Every position beside its contract at every epoch end. */
  private async compare(
    database: TestDatabase,
  ): Promise<{ readonly compared: number; readonly epochEnds: number }> {
    const { dataSource } = database;
    const ledger = new LedgerService(dataSource);
    let [compared, epochEnds] = [0, 0];
    for (const chain of this.chains) {
      const { chainId } = chain.deployment();
      const boundaries = await new PostingCursorStore(dataSource).boundaries({
        chainId,
        limit: EPOCHS_MAX,
      });
      const positions = await new FarmStateStore(dataSource).positions({ chainId });
      assert(positions.length > 0 && boundaries.length > 0, 'something was staked and accrued');
      epochEnds += boundaries.length;
      for (const { block } of boundaries) {
        const sums = await ledger.sumsAt({ chainId, kind: 'reward', uptoBlock: block });
        const given = new Map(sums.map(({ owner, balance }) => [owner, balance]));
        for (let start = 0; start < positions.length; start += COMPARE_AT_ONCE) {
          await Promise.all(
            positions.slice(start, start + COMPARE_AT_ONCE).map(async ({ user, farmId }) => {
              const earned = await chain.earnedAt(toFarmId(farmId), user, block);
              const drift = (given.get(`${user}:${farmId}`) ?? 0n) - earned;
              assert(drift === 0n, `${user} in farm ${farmId}: ${drift} wei at block ${block}`);
            }),
          );
        }
        compared += positions.length;
      }
    }
    const { ok } = await ledger.verify();
    assert(ok, 'the ledger is sound');
    return { compared, epochEnds };
  }

  private async digestOf(
    database: TestDatabase,
  ): Promise<{ readonly digest: string; readonly journals: number }> {
    const rewards = createRewards(soakConfig(this.order(database)), database.dataSource);
    const { digest, ledger } = await rewards.digest();
    return { digest, journals: ledger.journals };
  }

  /** One calm process from the first block on. */
  private async rebuild({ dataSource }: TestDatabase): Promise<void> {
    const config = soakConfig({
      chains: this.chains.map((chain) => chain.deployment()),
      genesis: this.genesis,
      epochSeconds: EPOCH_SECONDS,
    });
    const projectors = [new FarmsProjector(config)];
    const { indexer, release } = createIndexer({ config, dataSource, projectors });
    const poster = createPoster(config, dataSource);
    for (const { chainId } of config.deployment.chains) {
      while ((await indexer.tick(chainId)).status !== 'idle');
      while ((await poster.tick(chainId)).status !== 'idle');
    }
    await release();
  }
}

async function end(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  const exited = once(worker, 'exit');
  worker.kill('SIGKILL');
  await exited;
}

/** Numbers from 0 to below 1, the same for the same seed. */
function randomOf(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
