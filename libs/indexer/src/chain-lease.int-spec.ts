import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { defined } from '#kernel';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { IndexerService } from './indexer.service.js';
import { WatchedChain } from './testing/index.js';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** Follows the chain until it is killed; tells how each tick ended. */
const WORKER = `
  import { openDatabase } from '#database';
  import { anAppConfig } from '#chain/testing';
  import { LogProjector } from '#indexer';
  import { createIndexer } from '#indexer/testing';
  import { RetryableError } from '#kernel';
  const { host, database, chain } = JSON.parse(process.argv[1]);
  class EventProjector extends LogProjector {
    sources() { return [{ address: chain.contracts.farms, topics0: ['0x' + '55'.repeat(32)] }]; }
    subjectsOf() { return ['all:events']; }
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
      process.stdout.write('failed ' + error.message + '\\n');
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
`;

/** A worker in a process of its own. */
class Worker {
  private readonly heard: string[] = [];

  constructor(readonly process: ChildProcess) {
    const lines = createInterface({ input: defined(process.stdout, 'output of a worker') });
    lines.on('line', (line) => this.heard.push(line));
  }

  /** Waits until a tick from now on ends like this. */
  async says(beginning: string): Promise<void> {
    const from = this.heard.length;
    while (!this.heard.slice(from).some((line) => line.startsWith(beginning))) {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  async kill(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await ended;
  }
}

describe('chain lease', () => {
  let chain: WatchedChain;
  const workers: Worker[] = [];

  beforeEach(async () => {
    chain = await WatchedChain.start({ chainId: 31_122, endpoints: 1 });
  });

  afterEach(async () => {
    for (const worker of workers.splice(0)) await worker.kill();
    await chain.stop();
  });

  const start = (): Worker => {
    const { host, database } = chain.database;
    const deployment = chain.deployment({ farms: [] });
    const input = JSON.stringify({ host, database, chain: deployment });
    const flags = ['--import', 'tsx', '--conditions', 'source', '--input-type=module', '-e'];
    const worker = new Worker(
      spawn(process.execPath, [...flags, WORKER, input], {
        cwd: ROOT,
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { PATH: process.env['PATH'] },
      }),
    );
    workers.push(worker);
    return worker;
  };

  const fence = async (): Promise<number> => {
    const [row] = await chain.database.dataSource.query('SELECT fence FROM chain_cursor');
    return row.fence;
  };

  /** Ticks until the whole chain is indexed, by whoever holds it. */
  const takeOver = async (indexer: IndexerService): Promise<number> => {
    const startMs = Date.now();
    while ((await indexer.tick(chain.chainId)).status === 'standby') {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    return Date.now() - startMs;
  };

  it('passes to another worker when its holder sleeps through its session or is killed', async () => {
    await chain.emit(1);
    await chain.anvil.mine(3);
    const worker = start();
    await worker.says('idle');
    const other = chain.indexer();
    expect((await other.tick(chain.chainId)).status).toBe('standby');
    expect(await fence()).toBe(1);

    // Its session ends while it sleeps, as when a machine loses its network.
    worker.process.kill('SIGSTOP');
    await chain.database.dataSource.query(
      `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    await takeOver(other);
    expect(await fence()).toBe(2);
    worker.process.kill('SIGCONT');
    await worker.says('standby');
    await chain.emit(2);
    await other.tick(chain.chainId);
    expect(await chain.indexed()).toEqual(await chain.onChain());

    await chain.release();
    await worker.says('idle');
    expect(await fence()).toBe(3);
    await worker.kill();
    expect(await takeOver(chain.indexer())).toBeLessThan(3_000);
    expect(await fence()).toBe(4);
    expect(await chain.indexed()).toEqual(await chain.onChain());
  });

  it('refuses a write under a fence that has risen', async () => {
    await chain.emit(1);
    const indexer = chain.indexer();
    await indexer.tick(chain.chainId);
    await chain.emit(1);
    const before = await chain.indexed();
    const rise = () => chain.database.dataSource.query('UPDATE chain_cursor SET fence = fence + 1');
    const [outcome] = await Promise.all([
      indexer.tick(chain.chainId).then(
        ({ status }) => status,
        (error: unknown) => String(error),
      ),
      rise(),
    ]);
    expect(outcome).toMatch(/standby|was moved by another process/);
    expect(await chain.indexed()).toEqual(before);
  });
});
