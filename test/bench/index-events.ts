/**
 * Events per second from a chain into Postgres: raw logs, subjects and event numbers followed, and
 * at the same time journals, postings, balances and the states of farms and positions.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { assert, defined } from '#kernel';
import { BenchServer, withClient } from './bench-server.js';
import { DENSE } from './farm-season.js';
import type { IndexOrder, IndexReport } from './index-process.js';
import { PEERS, runPeer } from './peers.js';
import { SeasonChain } from './season-chain.js';

const CHAIN_ID = 31_900;

/** Runs the whole data plane in a process of its own. */
export async function runIndexer(order: IndexOrder): Promise<IndexReport> {
  const child = fork(new URL('index-process.ts', import.meta.url));
  try {
    const answer = once(child, 'message');
    child.send(order);
    const ended = once(child, 'exit').then(() => undefined);
    const report = await Promise.race([answer, ended]);
    assert(report !== undefined, 'the indexing process reported');
    const [first]: [IndexReport] = report as [IndexReport];
    return first;
  } finally {
    child.kill();
  }
}

/** What is stored must be what the season adds up to, to the wei. */
async function assertEqual(url: string, chain: SeasonChain): Promise<number> {
  const { book } = chain;
  return withClient(url, async (client) => {
    const positions = await client.query<{ key: string; principal: string; claimed: string }>(
      `SELECT '0x' || encode(user_address, 'hex') || ':' || farm_id AS key,
         principal::text, coalesce(claimed[1], 0)::text AS claimed FROM position_state`,
    );
    assert(positions.rows.length === book.positions.size, 'every position is stored');
    for (const { key, principal, claimed } of positions.rows) {
      const position = book.positions.get(key as `${string}:${number}`);
      const isSame =
        position?.principal === BigInt(principal) &&
        (position.claimed[0] ?? 0n) === BigInt(claimed);
      assert(isSame, `position ${key} is what the season left`);
    }
    const sums = await client.query<{ kind: string; total: string; accounts: string }>(
      `SELECT kind, sum(credits - debits)::text AS total, count(*)::text AS accounts
       FROM account JOIN balance ON account_id = id WHERE kind = 'staked' GROUP BY kind`,
    );
    const principal = [...book.positions.values()].reduce((sum, each) => sum + each.principal, 0n);
    assert(BigInt(sums.rows[0]?.total ?? -1) === principal, 'the ledger holds the principal');
    const postings = await client.query<{ count: string }>('SELECT count(*) FROM posting');
    return Number(postings.rows[0]?.count);
  });
}

interface Options {
  /** Runs the peers beside us. */
  readonly peers?: boolean;
  /** Of the season; for a short run. */
  readonly blocks?: string;
}

/** Prints a line for us and, with peers, one for each of them and one with the ratios. */
export async function benchIndexing(
  print: (line: object) => void,
  options: Options,
): Promise<void> {
  const size = { ...DENSE, blocks: Number(options.blocks ?? DENSE.blocks) };
  const chain = await SeasonChain.play(CHAIN_ID, size);
  const server = await BenchServer.start();
  try {
    const ours = await runOurs(print, chain, server);
    for (const peer of options.peers === true ? PEERS : []) {
      const report = await runPeer(peer, chain, server);
      const { seconds, cpuSeconds, serverCpuSeconds } = report;
      print({
        bench: 'index-peer',
        ...rounded(report),
        eventsPerSecond: Math.round(chain.actions / seconds),
        oursTimesFaster: ratio(seconds, ours.seconds),
        oursTimesFasterWithStart: ratio(seconds, ours.secondsWithStart),
        oursTimesLessCpu: ratio(
          cpuSeconds + (serverCpuSeconds ?? 0),
          ours.cpuSeconds + (ours.serverCpuSeconds ?? 0),
        ),
      });
    }
  } finally {
    await server.stop();
    await chain.stop();
  }
}

type OurReport = IndexReport & {
  readonly secondsWithStart: number;
  readonly serverCpuSeconds: number | null;
};

async function runOurs(
  print: (line: object) => void,
  chain: SeasonChain,
  server: BenchServer,
): Promise<OurReport> {
  const url = await server.createDatabase();
  const [startMs, serverBefore] = [performance.now(), server.cpuSeconds()];
  const rpcUrl = defined(chain.deployment.rpcUrls[0], 'rpc url');
  const report = await runIndexer({ chainId: CHAIN_ID, rpcUrl, databaseUrl: url });
  const secondsWithStart = (performance.now() - startMs) / 1_000;
  const serverAfter = server.cpuSeconds();
  const serverCpuSeconds =
    serverAfter === null || serverBefore === null ? null : serverAfter - serverBefore;
  const { book } = chain;
  assert(report.logs === book.seq + 1, `indexed ${report.logs} of ${book.seq + 1} logs`);
  const postings = await assertEqual(url, chain);
  await server.dropDatabase(url);
  const ours = { ...report, secondsWithStart, serverCpuSeconds };
  print({
    bench: 'index',
    server: server.name,
    ...rounded(ours),
    postings,
    eventsPerSecond: Math.round(report.logs / report.seconds),
  });
  return ours;
}

/** Seconds with two digits. */
function rounded(report: object): object {
  return Object.fromEntries(
    Object.entries(report).map(([name, value]: [string, unknown]) => [
      name,
      typeof value === 'number' ? Number(value.toFixed(2)) : value,
    ]),
  );
}

function ratio(theirs: number, ours: number): number {
  return Number((theirs / ours).toFixed(2));
}
