import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { parseEther } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  accountOf,
  claim,
  Devnet,
  move,
  moveIntoEscrow,
  type Network,
  networkOf,
  returnEscrow,
  REWARD_SUPPLY,
  stake,
  withdraw,
} from '../../apps/devnet/src/index.js';
import { BridgingModule, JourneysProjector } from '#bridging';
import { ChainModule, ChainRegistry, TransactionSender } from '#chain';
import { AppConfig } from '#config';
import { createTestDatabase, type TestDatabase } from '#database/testing';
import { EmissionModule, EpochJob } from '#emission';
import { FarmsProjector } from '#farms';
import { IndexerModule, IndexerService } from '#indexer';
import { sumOf } from '#kernel';
import { LedgerModule, LedgerService } from '#ledger';
import { MessagesProjector, MessagingModule, PacketWitness } from '#messaging';
import { ObservabilityModule } from '#observability';
import { ReconcileModule, ReconcileService } from '#reconcile';
import { RewardsModule, RewardsPoster, RewardsService } from '#rewards';

const EPOCH_SECONDS = 20;
const WAIT_MS = 120_000;
const ALPHA_DLT = { chain: 'alpha', farmId: 3 } as const;
const BETA_DLT = { chain: 'beta', farmId: 3 } as const;
const HUB_DLT = { chain: 'hub', farmId: 2 } as const;
const HUB_HWT = { chain: 'hub', farmId: 1 } as const;

/** Asks until the answer is wanted; then the last answer is what the test fails on. */
const eventually = async <Answer>(
  ask: () => Promise<Answer>,
  isWanted: (answer: Answer) => boolean,
): Promise<Answer> => {
  const endMs = Date.now() + WAIT_MS;
  for (;;) {
    const answer = await ask();
    if (isWanted(answer) || Date.now() > endMs) return answer;
    await sleep(500);
  }
};

/** The ledger beside the real contracts on three chains, with everything that moves value. */
describe('ledger of a live network', () => {
  let dataDir: string;
  let devnet: Devnet;
  let network: Network;
  let database: TestDatabase;
  let app: TestingModule;
  let rounds: Promise<void>;
  const stopping = new AbortController();

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'headwater-ledger-'));
    [devnet, database] = await Promise.all([
      Devnet.start({ dataDir, parameters: { epochSeconds: EPOCH_SECONDS } }),
      createTestDatabase(),
    ]);
    network = networkOf(devnet);
    app = await startServices(database);
    rounds = keepRunning();
  });

  afterAll(async () => {
    stopping.abort();
    await rounds;
    await app.close();
    await Promise.all([devnet.stop(), database.close()]);
    rmSync(dataDir, { recursive: true, force: true });
  });

  const startServices = async ({ dataSource }: TestDatabase) => {
    const config = new AppConfig({
      dataDir,
      deployment: network.deployment,
      operatorKey: accountOf('operator').privateKey,
      port: 0,
      host: '127.0.0.1',
      logLevel: 'error',
      pollMs: 200,
    });
    @Module({
      providers: [
        { provide: AppConfig, useValue: config },
        { provide: DataSource, useValue: dataSource },
      ],
      exports: [AppConfig, DataSource],
    })
    class SettingsModule {}
    const module = await Test.createTestingModule({
      imports: [
        { module: SettingsModule, global: true },
        ObservabilityModule,
        ChainModule,
        IndexerModule.forRoot([MessagesProjector, FarmsProjector, JourneysProjector]),
        MessagingModule,
        BridgingModule,
        EmissionModule,
        LedgerModule,
        RewardsModule,
        ReconcileModule,
      ],
    }).compile();
    return module.init();
  };

  const keepRunning = async () => {
    while (!stopping.signal.aborted) {
      for (const { chainId } of app.get(ChainRegistry).all()) {
        await app.get(IndexerService).tick(chainId);
        await app.get(PacketWitness).observe(chainId);
        await app.get(RewardsPoster).tick(chainId);
        await app.get(TransactionSender).advance(chainId);
      }
      await app.get(EpochJob).tick();
      await sleep(200);
    }
  };

  /** Waits until every chain has a boundary later than now, so that everything so far is in it. */
  const nextBoundary = async (): Promise<void> => {
    const heads = new Map<number, number>();
    for (const chain of app.get(ChainRegistry).all()) {
      heads.set(chain.chainId, (await chain.head()).number);
    }
    const statuses = await eventually(
      () => app.get(RewardsService).status(),
      (list) =>
        list.every((one) => (one.lastBoundary?.block ?? 0) > (heads.get(one.chainId) ?? Infinity)),
    );
    for (const { chainId, lastBoundary } of statuses) {
      expect(lastBoundary?.block).toBeGreaterThan(heads.get(chainId) ?? Infinity);
    }
  };

  /** Waits until the first services have come further than those blocks. */
  const endsAnEpoch = async (upto: Record<number, number>): Promise<boolean> => {
    const statuses = await eventually(
      () => app.get(RewardsService).status(),
      (list) => list.every((one) => (one.postedBlock ?? 0) > (upto[one.chainId] ?? 0)),
    );
    return statuses.some(({ chainId, lastBoundary }) => lastBoundary?.block === upto[chainId]);
  };

  /** @property I9 */
  it('equals the chains to the wei after stakes, orders and claims', async () => {
    await stake(network, { who: 'bob', ...ALPHA_DLT, amount: parseEther('1000') });
    await stake(network, { who: 'carol', ...ALPHA_DLT, amount: 2n ** 31n + 7n });
    await stake(network, { who: 'alice', ...HUB_DLT, amount: parseEther('500') });
    await stake(network, { who: 'alice', ...HUB_HWT, amount: parseEther('250') });
    // The first decision may still be from before the stakes.
    const rewardsOf = async (who: 'alice' | 'bob') =>
      app.get(RewardsService).of(accountOf(who).address);
    const earning = await eventually(
      async () => [...(await rewardsOf('bob')), ...(await rewardsOf('alice'))],
      (rewards) => rewards.length === 3 && rewards.every(({ earned }) => earned > 0n),
    );
    expect(earning.map(({ earned }) => earned > 0n)).toEqual([true, true, true]);
    const { paid } = await claim(network, { who: 'bob', ...ALPHA_DLT });
    expect(paid).toBeGreaterThan(0n);
    await withdraw(network, { who: 'alice', ...HUB_DLT, amount: parseEther('1') });
    await nextBoundary();

    const report = await app.get(ReconcileService).run();
    expect(report.chains.flatMap(({ differences }) => differences)).toEqual([]);
    expect(report).toMatchObject({ ok: true, driftWei: 0n, ledgerVerified: true });
    expect(report.comparedPairs).toBeGreaterThanOrEqual(4);
    expect(report.supply).toMatchObject({ initial: REWARD_SUPPLY, difference: 0n, ok: true });
    const transit = await app.get(LedgerService).balances({ kind: 'emission-transit' });
    const local = transit.filter(({ owner }) => owner === 'local');
    expect(local.map(({ balance }) => balance)).toEqual([0n]);
    const delivered = transit.filter(({ owner, balance }) =>
      transit.some((other) => other.owner === owner && other.balance === -balance && balance > 0n),
    );
    expect(delivered.length).toBeGreaterThan(0);
    const rewards = await app.get(LedgerService).balances({ kind: 'reward' });
    expect(rewards.filter(({ credits }) => credits > 0n).length).toBeGreaterThanOrEqual(3);
  });

  /** @property I8, I9 */
  it('follows principal over the bridge until nothing is in flight', async () => {
    const { guid } = await move(network, {
      who: 'bob',
      from: ALPHA_DLT,
      to: HUB_DLT,
      amount: parseEther('100'),
    });
    const escrowed = await moveIntoEscrow(network, {
      who: 'bob',
      from: ALPHA_DLT,
      to: BETA_DLT,
      amount: parseEther('50'),
    });
    const credit = { chain: 'beta', guid: escrowed.guid, who: 'bob' } as const;
    const returned = await returnEscrow(network, { ...credit, to: 'alpha' });

    const ledger = app.get(LedgerService);
    const transitOf = async (owner: string) => {
      const accounts = await ledger.balances({ kind: 'bridge-transit', owner });
      return { chains: accounts.length, open: sumOf(accounts.map(({ balance }) => balance)) };
    };
    for (const owner of [guid, escrowed.guid, returned.guid]) {
      const transit = await eventually(
        () => transitOf(owner),
        ({ chains, open }) => chains === 2 && open === 0n,
      );
      expect([owner, transit]).toEqual([owner, { chains: 2, open: 0n }]);
    }
    const custody = await ledger.balances({ kind: 'bridge-transit', owner: 'custody' });
    expect(custody.map(({ balance }) => balance)).toEqual(custody.map(() => 0n));
    const staked = await ledger.balances({ kind: 'staked', owner: accountOf('bob').address });
    expect(staked.map(({ balance }) => balance)).toContain(parseEther('100'));
    await nextBoundary();
    const report = await app.get(ReconcileService).run();
    expect(report.chains.flatMap(({ differences }) => differences)).toEqual([]);
    expect(report.ok).toBe(true);
  });

  /** @property I9, E26 */
  it('is rebuilt from the chains alone with the same digest', async () => {
    const empty = await createTestDatabase();
    const rebuilt = await startServices(empty);
    try {
      let upto = await rebuild(rebuilt);
      // Whether a block is the last one of an epoch shows only in the block after it.
      if (await endsAnEpoch(upto)) upto = await rebuild(rebuilt);
      expect(await endsAnEpoch(upto)).toBe(false);
      const digest = await app.get(RewardsService).digest(upto);
      expect(await rebuilt.get(RewardsService).digest()).toEqual(digest);
      expect(digest.ledger.journals).toBeGreaterThan(20);
    } finally {
      await rebuilt.close();
      await empty.close();
    }
  });

  it('names a posting that somebody changed behind its back', async () => {
    const [posting] = await app.get(DataSource).query(
      `SELECT j.business_key AS key, j.id FROM journal j
       JOIN posting p ON p.journal_id = j.id AND p.leg = 1
       JOIN account a ON a.id = p.account_id AND a.kind = 'reward'
       WHERE j.kind = 'accrual' ORDER BY j.id LIMIT 1`,
    );
    await app.get(DataSource).transaction(async (manager) => {
      await manager.query('SET LOCAL session_replication_role = replica');
      await manager.query(
        'UPDATE posting SET amount = amount - 1 WHERE journal_id = $1 AND leg = 1',
        [posting.id],
      );
    });
    const verification = await app.get(LedgerService).verify();
    expect(verification).toMatchObject({
      ok: false,
      firstBad: { businessKey: posting.key, leg: 1 },
    });
    const report = await app.get(ReconcileService).run();
    expect(report).toMatchObject({ ok: false, driftWei: 1n, ledgerVerified: false });
    const [difference] = report.chains.flatMap(({ differences }) => differences);
    expect(difference).toMatchObject({ what: 'reward', journalId: posting.id });
    expect(posting.key).toContain(difference?.user ?? '-');
  });
});

/** Follows the chains with other services. @returns the last block they posted, by chain. */
async function rebuild(services: TestingModule): Promise<Record<number, number>> {
  const upto: Record<number, number> = {};
  for (const { chainId } of services.get(ChainRegistry).all()) {
    await services.get(IndexerService).tick(chainId);
    upto[chainId] = (await services.get(RewardsPoster).tick(chainId)).toBlock;
  }
  return upto;
}
