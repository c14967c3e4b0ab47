/**
 * Events per second that the indexer takes from a chain into Postgres: raw logs, subjects, event
 * numbers followed, one transaction per range, on a server with all its durability on.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { farmsAbi } from '#abi';
import { aChainDeployment, anAppConfig, Anvil } from '#chain/testing';
import type { AppConfig } from '#config';
import { openDatabase, startEmbeddedPostgres } from '#database';
import { FarmsProjector } from '#farms';
import { createIndexer } from '#indexer/testing';
import { type Address, assert, toAddress, toChainId } from '#kernel';
import type { DataSource } from 'typeorm';
import { getAbiItem, type Hex, numberToHex, toEventSelector } from 'viem';

const CHAIN_ID = toChainId(31_900);
const USERS = 20_000;
/** The last blocks are not final, and a range ends where finality does. */
const UNFINAL_BLOCKS = 4;

/** Emits `Staked` for every number from the third word up to the third plus the fourth. */
const STAKED = toEventSelector(getAbiItem({ abi: farmsAbi, name: 'Staked' }));
const LOOP_CODE = '6060358060803501905b8060605260403560203560003560806000a360010181811060095700';

async function produce(anvil: Anvil, blocks: number, perBlock: number): Promise<Address> {
  const farms = await anvil.deploy(LOOP_CODE);
  const from = await anvil.account();
  for (let block = 0; block < blocks; block += 1) {
    const user = BigInt((block * 7_919) % USERS) + 1n;
    const words = [1n, user, BigInt(block * perBlock + 1), BigInt(perBlock)];
    const data: Hex = `${STAKED}${words.map((word) => word.toString(16).padStart(64, '0')).join('')}`;
    const call = { from, to: farms, data, gas: numberToHex(100_000 + 5_000 * perBlock) };
    await anvil.rpc('eth_sendTransaction', [call]);
    await anvil.mine();
  }
  await anvil.mine(UNFINAL_BLOCKS);
  return farms;
}

/** Indexes everything; returns the number of events and the seconds it took. */
async function index(
  config: AppConfig,
  dataSource: DataSource,
): Promise<{ readonly events: number; readonly seconds: number }> {
  const projectors = [new FarmsProjector(config)];
  const { indexer, logs, release } = createIndexer({ config, dataSource, projectors });
  const startMs = performance.now();
  let events = 0;
  for (;;) {
    const report = await indexer.tick(CHAIN_ID);
    events += report.logs;
    if (report.status === 'idle') break;
  }
  const seconds = (performance.now() - startMs) / 1_000;
  assert((await logs.cursor(CHAIN_ID))?.lastError === null, 'the index is complete');
  await release();
  return { events, seconds };
}

const BLOCKS = 1_000;
const PER_BLOCK = 100;

/** Prints one JSON line. */
export async function benchIndexing(print: (line: object) => void): Promise<void> {
  const anvil = await Anvil.start({
    chainId: CHAIN_ID,
    args: ['--no-mining', '--gas-limit', '1000000000', '--balance', '1000000000'],
  });
  const folder = mkdtempSync(join(tmpdir(), 'headwater-bench-'));
  const server = await startEmbeddedPostgres({ dataDir: folder, isTemporary: true });
  try {
    const farms = await produce(anvil, BLOCKS, PER_BLOCK);
    const { contracts } = aChainDeployment();
    const chain = aChainDeployment({
      chainId: CHAIN_ID,
      rpcUrls: [anvil.url],
      contracts: { ...contracts, farms: toAddress(farms) },
    });
    const config = anAppConfig({ chains: [chain] });
    const dataSource = await openDatabase({ host: server.host, database: 'postgres' });
    const cpuBefore = process.cpuUsage();
    const { events, seconds } = await index(config, dataSource);
    const cpu = process.cpuUsage(cpuBefore);
    await dataSource.destroy();
    assert(events === BLOCKS * PER_BLOCK, `indexed ${events} of ${BLOCKS * PER_BLOCK} events`);
    print({
      bench: 'index-events',
      events,
      perBlock: PER_BLOCK,
      seconds: Number(seconds.toFixed(2)),
      eventsPerSecond: Math.round(events / seconds),
      cpuSeconds: Number(((cpu.user + cpu.system) / 1e6).toFixed(2)),
      rssMiB: Math.round(process.memoryUsage.rss() / 2 ** 20),
    });
  } finally {
    await server.release();
    await anvil.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
