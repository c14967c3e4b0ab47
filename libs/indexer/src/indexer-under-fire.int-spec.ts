import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { aChainDeployment, Anvil, emitCall } from '#chain/testing';
import type { ChainDeployment } from '#config';
import { createTestDatabase, type TestDatabase } from '#database/testing';
import { type Address, toChainId, toHex } from '#kernel';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogStore } from './log-store.js';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const TOPIC = toHex(`0x${'44'.repeat(32)}`);
const chainId = toChainId(31_103);
const ROUNDS = 24;
/** Processes that follow the chain until they are killed, every other one at a failpoint. */
const LIVES = 2;
/** The process is killed within this time of its first committed range, at no special point. */
const LIFE_MS_MAX = 60;

/** Follows the chain until it is killed; says so on every commit. */
const FOLLOW = `
  import { openDatabase } from '#database';
  import { anAppConfig } from '#chain/testing';
  import { LogProjector } from '#indexer';
  import { createIndexer } from '#indexer/testing';
  import { RetryableError } from '#kernel';
  const { host, database, chain } = JSON.parse(process.argv[1]);
  class EventProjector extends LogProjector {
    sources() { return [{ address: chain.contracts.farms, topics0: [] }]; }
    subjectsOf(log) { return ['all:events']; }
    sequenceOf(log) { return { contract: log.address, seq: BigInt(log.data) }; }
  }
  const { indexer } = createIndexer({
    config: anAppConfig({ chains: [chain] }),
    dataSource: await openDatabase({ host, database }),
    projectors: [new EventProjector()],
  });
  for (;;) {
    try {
      const { status, to } = await indexer.tick(chain.chainId);
      process.stdout.write(status + ' ' + to + '\\n');
    } catch (error) {
      if (!(error instanceof RetryableError)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
`;

/** Small seeded generator: a failing run is repeated by its seed. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe('indexer under fire', () => {
  let anvil: Anvil;
  let database: TestDatabase;
  let chain: ChainDeployment;
  let emitter: Address;

  beforeEach(async () => {
    [anvil, database] = await Promise.all([Anvil.start({ chainId }), createTestDatabase()]);
    emitter = await anvil.deployEmitter();
    const { contracts } = aChainDeployment();
    chain = aChainDeployment({
      chainId,
      rpcUrls: [anvil.url],
      contracts: { ...contracts, farms: emitter },
    });
  });

  afterEach(async () => {
    await Promise.all([anvil.stop(), database.close()]);
  });

  const follow = (failpoint?: string) => {
    const { host, database: name } = database;
    const args = ['--import', 'tsx', '--conditions', 'source', '--input-type=module', '-e'];
    const task = JSON.stringify({ host, database: name, chain });
    return spawn(process.execPath, [...args, FOLLOW, task], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        PATH: process.env['PATH'],
        ...(failpoint === undefined ? {} : { HEADWATER_FAILPOINT: failpoint }),
      },
    });
  };

  const eventsOnChain = async (): Promise<readonly string[]> => {
    const logs = await anvil.rpc('eth_getLogs', [{ address: emitter, fromBlock: '0x0' }]);
    if (!Array.isArray(logs)) throw new TypeError('no list of logs');
    return logs.map((log) => `${Number(log.blockNumber)} ${log.blockHash} ${BigInt(log.data)}`);
  };

  const eventsInIndex = async (): Promise<readonly string[]> => {
    const logs = await new LogStore(database.dataSource).bySubject('all:events');
    return logs.map((log) => `${log.blockNumber} ${log.blockHash} ${BigInt(log.data)}`);
  };

  /** Changes the chain in one way; forks stay above what the index holds as final. */
  const disturb = async (random: (below: number) => number): Promise<void> => {
    const choice = random(4);
    if (choice === 0) return anvil.mine(1 + random(3));
    if (choice === 1) {
      const cursor = await new LogStore(database.dataSource).cursor(chainId);
      const open = (await anvil.blockNumber()) - Math.max(cursor?.finalizedBlock ?? 1, 1);
      const depth = Math.min(3, open);
      return depth > 0 ? anvil.reorg(1 + random(depth)) : undefined;
    }
    const emitted = BigInt((await eventsOnChain()).length);
    for (let offset = 1n; offset <= BigInt(1 + random(3)); offset += 1n) {
      await anvil.send(emitter, emitCall(TOPIC, 0n, [emitted + offset]));
    }
    return anvil.mine(1);
  };

  it('equals the chain after forks and kills at any moment', async () => {
    const seed = Date.now() % 1_000_000;
    const random = randomFrom(seed);
    const kills: (string | null)[] = [];
    for (let life = 0; life < LIVES; life += 1) {
      const child = follow(life % 2 === 0 ? 'range-committed' : undefined);
      const ended = once(child, 'exit');
      if (life % 2 === 1) {
        await Promise.race([once(child.stdout, 'data'), ended]);
        setTimeout(() => child.kill('SIGKILL'), random(LIFE_MS_MAX));
      }
      for (let round = 0; round < ROUNDS / LIVES; round += 1) await disturb(random);
      await anvil.mine();
      const [, signal] = await ended;
      kills.push(signal);
    }

    const last = follow();
    try {
      const head = await anvil.blockNumber();
      for await (const line of createInterface({ input: last.stdout })) {
        if (line.endsWith(` ${head}`)) break;
      }
    } finally {
      const ended = once(last, 'exit');
      last.kill('SIGKILL');
      await ended;
    }

    expect(kills, `seed ${seed}`).toEqual(['SIGKILL', 'SIGKILL']);
    expect(await eventsInIndex(), `seed ${seed}`).toEqual(await eventsOnChain());
  });
});
