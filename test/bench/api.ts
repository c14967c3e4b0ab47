/**
 * Reads of one user's rewards over 100,000 users, at a fixed rate, beside an indexer that goes on
 * writing to the same database.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildService, distEntry } from '../../scripts/demo/preflight.js';
import { aDeploymentFile } from '#config/testing';
import { defined } from '#kernel';
import { BenchServer, statOf } from './bench-server.js';
import { DENSE, userAt } from './farm-season.js';
import { runIndexer } from './index-events.js';
import type { IndexOrder } from './index-process.js';
import { type LoadReport, openLoop } from './load.js';
import { SeasonChain } from './season-chain.js';

const CHAIN_ID = 31_901;
const USERS = 100_000;
const SECONDS = 15;
const RATES = [200, 1_000];
/** Blocks of a hundred events that go on while users read. */
const BLOCK_MS = 500;
const CLOCK_TICKS_PER_SECOND = 100;

interface Served {
  readonly url: string;
  readonly child: ChildProcess;
}

/** Prints a line for each server and rate, and what the API costs beside bare queries. */
export async function benchApi(
  print: (line: object) => void,
  options: { readonly blocks?: string },
): Promise<void> {
  await buildService();
  const blocks = Number(options.blocks ?? DENSE.blocks);
  const chain = await SeasonChain.play(CHAIN_ID, { ...DENSE, blocks, users: USERS });
  const server = await BenchServer.start();
  const folder = mkdtempSync(join(tmpdir(), 'headwater-bench-api-'));
  const children: ChildProcess[] = [];
  let isOver = false;
  try {
    const databaseUrl = await server.createDatabase();
    const rpcUrl = defined(chain.deployment.rpcUrls[0], 'rpc url');
    const order: IndexOrder = { chainId: CHAIN_ID, rpcUrl, databaseUrl };
    await runIndexer(order);
    const indexer = fork(new URL('index-process.ts', import.meta.url));
    children.push(indexer);
    indexer.send({ ...order, isFollowing: true });
    const mining = mineUntil(chain, () => isOver);

    const bare = await serveBare(databaseUrl);
    children.push(bare.child);
    const api = await serveApi(databaseUrl, folder, chain);
    children.push(api.child);
    for (const perSecond of RATES) {
      const plain = await measure(bare, (user) => `/${user}`, perSecond);
      const full = await measure(api, (user) => `/v1/rewards/${user}`, perSecond);
      print({ bench: 'api-bare', users: USERS, perSecond, ...plain });
      print({
        bench: 'api',
        users: USERS,
        perSecond,
        ...full,
        cpuTimesBare: Number((full.cpuMsPerRequest / plain.cpuMsPerRequest).toFixed(2)),
      });
    }
    isOver = true;
    await mining;
  } finally {
    isOver = true;
    await Promise.all(children.map(end));
    await server.stop();
    await chain.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(
  { url, child }: Served,
  pathOf: (user: string) => string,
  perSecond: number,
): Promise<LoadReport & { readonly cpuMsPerRequest: number }> {
  const urlOf = (index: number): string =>
    `${url}${pathOf(userAt((index * 7_919 * perSecond) % USERS))}`;
  await openLoop({ urlOf, perSecond: perSecond / 4, seconds: 2 });
  const before = cpuTicks(child);
  const report = await openLoop({ urlOf, perSecond, seconds: SECONDS });
  const cpuMs = ((cpuTicks(child) - before) * 1_000) / CLOCK_TICKS_PER_SECOND;
  return { ...report, cpuMsPerRequest: Number((cpuMs / report.requests).toFixed(3)) };
}

function cpuTicks(child: ChildProcess): number {
  return defined(statOf(defined(child.pid, 'process id')), 'running server').ticks;
}

async function mineUntil(chain: SeasonChain, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await chain.mineNext();
    await sleep(BLOCK_MS);
  }
}

function serveBare(databaseUrl: string): Promise<Served> {
  const entry = join(import.meta.dirname, 'api-bare.ts');
  const args = [...process.execArgv, entry, databaseUrl, String(CHAIN_ID)];
  return whenReady(spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] }));
}

/** The API as it is deployed; the chain is out of its reach, because it only reads rows. */
function serveApi(databaseUrl: string, folder: string, chain: SeasonChain): Promise<Served> {
  const file = aDeploymentFile();
  const [hub, ...others] = file.chains;
  const { contracts, chainId } = chain.deployment;
  const { farms, receiver, bridge, rewardToken } = contracts;
  const first = defined(hub, 'hub');
  const known = { ...first.contracts, farms, receiver, bridge, rewardToken };
  const chains = [
    { ...first, chainId, rpcUrls: ['http://127.0.0.1:1'], contracts: known },
    ...others,
  ];
  const path = join(folder, 'deployment.json');
  writeFileSync(path, JSON.stringify({ ...file, chains }));
  const env = {
    PATH: process.env['PATH'],
    DATABASE_URL: databaseUrl,
    HEADWATER_DEPLOYMENT: path,
    HEADWATER_DATA_DIR: folder,
    LOG_LEVEL: 'error',
    PORT: '0',
  };
  const entry = distEntry('api/src/main.js');
  return whenReady(spawn(process.execPath, [entry], { env, stdio: ['ignore', 'pipe', 'inherit'] }));
}

async function whenReady(child: ChildProcess): Promise<Served> {
  for await (const line of createInterface({ input: defined(child.stdout, 'output') })) {
    const url = /^ready (http\S+)/.exec(line)?.[1];
    if (url === undefined) continue;
    child.stdout?.resume();
    return { url, child };
  }
  throw new Error('the server ended before it was ready');
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
