import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emissionControllerAbi } from '#abi';
import { ChainModule } from '#chain';
import { ConfigModule } from '#config';
import { DatabaseModule, queryRows } from '#database';
import { FarmsProjector } from '#farms';
import { IndexerModule } from '#indexer';
import { LedgerModule } from '#ledger';
import { ObservabilityModule } from '#observability';
import { RewardsModule, RewardsService } from '#rewards';
import {
  accountOf,
  connectNetwork,
  hubContractsOf,
  type Network,
  PROVIDERS,
} from '../../apps/devnet/src/index.js';
import { ApiClient } from '../../scripts/demo/api-client.js';
import { checkClaims } from '../../scripts/demo/claims.js';
import { freePort } from '../../scripts/demo/preflight.js';
import { type ManagedProcess, ProcessFailed } from '../../scripts/demo/processes.js';
import {
  deploymentPathOf,
  RunningServices,
  startApi,
  startDevnet,
  startWorker,
} from '../../scripts/demo/services.js';
import { playStory, type StoryFacts } from '../../scripts/demo/story.js';

const EPOCH_SECONDS = 15;
const EPOCHS_MIN = 2;
const WAIT_MS = 90_000;
/** Between the store of a fact and its effect, on both sides of each commit and of a broadcast. */
const MOMENTS = [
  'range-committed',
  'before-commit',
  'decision-stored',
  'intent-stored',
  'broadcast',
  'journals-posted',
] as const;

const silence = (): void => undefined;

async function eventually<Value>(
  what: string,
  probe: () => Promise<Value | undefined>,
): Promise<Value> {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    if (Date.now() > deadline) throw new Error(`${what} did not happen in ${WAIT_MS} ms`);
    await sleep(300);
  }
}

/** The database of a data directory, read with the services' own code. */
async function open(dataDir: string, networkDir: string): Promise<TestingModule> {
  const env = {
    HEADWATER_DEPLOYMENT: deploymentPathOf(networkDir),
    HEADWATER_DATA_DIR: dataDir,
    LOG_LEVEL: 'fatal',
  };
  @Module({
    imports: [
      ConfigModule.forRoot(env),
      ObservabilityModule,
      DatabaseModule.forRoot(),
      ChainModule,
      IndexerModule.forRoot([FarmsProjector]),
      LedgerModule,
      RewardsModule,
    ],
  })
  class ReaderModule {}
  return Test.createTestingModule({ imports: [ReaderModule] }).compile();
}

describe('the story of the demo, played while the worker is killed again and again', () => {
  const services = new RunningServices();
  const networkDir = mkdtempSync(join(tmpdir(), 'headwater-kill-'));
  const rebuiltDir = mkdtempSync(join(tmpdir(), 'headwater-rebuilt-'));
  const outcomes: string[] = [];
  let network: Network;
  let api: ApiClient;
  let facts: StoryFacts;
  let worker: ManagedProcess;

  const start = async (failpoint?: string): Promise<ManagedProcess> =>
    startWorker({
      dataDir: networkDir,
      networkDir,
      isOperator: true,
      ...(failpoint === undefined ? {} : { failpoint }),
    });

  /** Runs the worker until it dies at the failpoint; resolves with how it ended. */
  const dieAt = async (failpoint: string): Promise<string> => {
    try {
      return String(await (await start(failpoint)).ended());
    } catch (error) {
      if (!(error instanceof ProcessFailed)) throw error;
      return String(error.outcome);
    }
  };

  /** Lets one worker after the other die, then starts one that lives. */
  const workAndDie = async (): Promise<void> => {
    for (const failpoint of MOMENTS) outcomes.push(`${failpoint}: ${await dieAt(failpoint)}`);
    worker = services.add(await start());
  };

  beforeAll(async () => {
    for (const dir of [networkDir, rebuiltDir]) {
      services.usesDatabaseOf(dir);
      services.removesAtTheEnd(dir);
    }
    const port = await freePort();
    services.add(await startDevnet({ dataDir: networkDir, port, epochSeconds: EPOCH_SECONDS }));
    network = await connectNetwork(networkDir);
    services.add(await startApi({ dataDir: networkDir, networkDir, port }));
    api = new ApiClient(`http://127.0.0.1:${port}`);
    const story = { network, api, epochSeconds: EPOCH_SECONDS, epochs: EPOCHS_MIN, say: silence };
    [facts] = await Promise.all([playStory(story), workAndDie()]);
  });

  afterAll(async () => services.stop());

  it('dies at every moment it was told to', () => {
    expect(outcomes).toEqual(MOMENTS.map((failpoint) => `${failpoint}: SIGKILL`));
  });

  it('ends as the story does without kills', async () => {
    const report = await checkClaims({ network, api, facts, wallSeconds: {} });
    expect(report.failures).toEqual([]);
    expect(report.journeys).toEqual({ completed: 1, recovered: 1 });
    expect(report.proposalsVerified).toBe(2);
    expect(report.commandsApplied).toBe(2);
  });

  it('goes on deciding epochs after the last restart', async () => {
    const { controller } = hubContractsOf(network);
    const read = async () =>
      network.chains.hub.client.readContract({
        address: controller,
        abi: emissionControllerAbi,
        functionName: 'lastDecided',
      });
    const before = await read();
    const wanted = Math.max(before + 1, EPOCHS_MIN);
    const after = await eventually(`epoch ${wanted}`, async () => {
      const last = await read();
      return last >= wanted ? last : undefined;
    });
    expect(after).toBeGreaterThan(before);
    expect(worker.isRunning).toBe(true);
  });

  /** @property H-02 */
  it('decided and dispatched every epoch exactly once on the chain', async () => {
    const { client } = network.chains.hub;
    const address = hubContractsOf(network).controller;
    const decided = await client.getContractEvents({
      address,
      abi: emissionControllerAbi,
      eventName: 'EpochDecided',
      fromBlock: 0n,
      strict: true,
    });
    const dispatched = await client.getContractEvents({
      address,
      abi: emissionControllerAbi,
      eventName: 'OrderDispatched',
      fromBlock: 0n,
      strict: true,
    });
    const decisions = decided.map(({ args }) => `${args.epoch}:${args.revision}`);
    const orders = dispatched.map(({ args }) => `${args.epoch}:${args.revision}:${args.eid}`);
    expect(decisions.length).toBeGreaterThanOrEqual(EPOCHS_MIN);
    expect(new Set(decisions).size).toBe(decisions.length);
    expect(new Set(orders).size).toBe(orders.length);
    expect(orders.length).toBeGreaterThanOrEqual(3 * (decisions.length - 1));
  });

  it('has one final effect for every business key, and no other transaction', async () => {
    const reader = await open(networkDir, networkDir);
    try {
      const source = reader.get(DataSource);
      const rows = await eventually('the end of all intents', async () => {
        const found = await queryRows<{ state: string; has_reverted: boolean }>(
          source.manager,
          'SELECT state, has_reverted FROM tx_intent',
        );
        return found.every(({ state }) => state === 'final') ? found : undefined;
      });
      const sent = await network.chains.hub.client.getTransactionCount({
        address: accountOf('operator').address,
      });
      expect(rows.filter((row) => row.has_reverted)).toEqual([]);
      expect(rows.length).toBe(sent);
    } finally {
      await reader.close();
    }
  });

  /** @property E26 */
  it('holds the rows that a clean rebuild from the same chains gives', async () => {
    const rebuilding = await startWorker({ dataDir: rebuiltDir, networkDir, isOperator: false });
    services.add(rebuilding);
    const killed = await open(networkDir, networkDir);
    const rebuilt = await open(rebuiltDir, networkDir);
    try {
      const target = await killed.get(RewardsService).status();
      const blocks = Object.fromEntries(
        target.map(({ chainId, postedBlock }) => [chainId, postedBlock ?? 0]),
      );
      await eventually('the rebuild', async () => {
        const status = await rebuilt.get(RewardsService).status();
        const isThere = status.every(
          ({ chainId, postedBlock }) => (postedBlock ?? -1) >= (blocks[chainId] ?? 0),
        );
        return isThere ? true : undefined;
      });
      const mine = await killed.get(RewardsService).digest(blocks);
      const theirs = await rebuilt.get(RewardsService).digest(blocks);
      expect(mine.ledger.journals).toBeGreaterThan(2 * PROVIDERS.length);
      expect(theirs).toEqual(mine);
    } finally {
      await killed.close();
      await rebuilt.close();
    }
  });
});
