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
  budgetsOf,
  Devnet,
  move,
  moveIntoEscrow,
  type Network,
  networkOf,
  passSchedule,
  stake,
  withdrawEscrow,
} from '../../apps/devnet/src/index.js';
import { BridgingModule, JourneyService, JourneysProjector } from '#bridging';
import { ChainModule, ChainRegistry, TransactionSender } from '#chain';
import { AppConfig } from '#config';
import { createTestDatabase, type TestDatabase } from '#database/testing';
import { EmissionModule, EpochJob, EpochsService } from '#emission';
import { FarmsProjector } from '#farms';
import { GovernanceModule, ProposalService, ProposalsProjector } from '#governance';
import { IndexerModule, IndexerService } from '#indexer';
import { toAddress } from '#kernel';
import { MessageService, MessagesProjector, MessagingModule, PacketWitness } from '#messaging';
import { ObservabilityModule } from '#observability';

const EPOCH_SECONDS = 30;
const WAIT_MS = 90_000;
const ALPHA_DLT = { chain: 'alpha', farmId: 3 } as const;
const BETA_DLT = { chain: 'beta', farmId: 3 } as const;
const HUB_DLT = { chain: 'hub', farmId: 2 } as const;

/** Asks until the answer is wanted; then the last answer is what the test fails on. */
const eventually = async <Answer>(
  ask: () => Promise<Answer>,
  isWanted: (answer: Answer) => boolean,
): Promise<Answer> => {
  const endMs = Date.now() + WAIT_MS;
  for (;;) {
    const answer = await ask();
    if (isWanted(answer) || Date.now() > endMs) return answer;
    await sleep(300);
  }
};

/** The orchestration libraries against the real contracts, messages travelling as in production. */
describe('orchestration of a live network', () => {
  let dataDir: string;
  let devnet: Devnet;
  let network: Network;
  let database: TestDatabase;
  let app: TestingModule;
  let rounds: Promise<void>;
  const stopping = new AbortController();

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'headwater-orchestration-'));
    [devnet, database] = await Promise.all([
      Devnet.start({ dataDir, parameters: { epochSeconds: EPOCH_SECONDS } }),
      createTestDatabase(),
    ]);
    network = networkOf(devnet);
    app = await startWorker();
    rounds = keepRunning();
    await stake(network, { who: 'bob', ...ALPHA_DLT, amount: parseEther('1000') });
    await stake(network, { who: 'alice', ...HUB_DLT, amount: parseEther('500') });
  });

  afterAll(async () => {
    stopping.abort();
    await rounds;
    await app.close();
    await Promise.all([devnet.stop(), database.close()]);
    rmSync(dataDir, { recursive: true, force: true });
  });

  const startWorker = async () => {
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
        { provide: DataSource, useValue: database.dataSource },
      ],
      exports: [AppConfig, DataSource],
    })
    class SettingsModule {}
    const module = await Test.createTestingModule({
      imports: [
        { module: SettingsModule, global: true },
        ObservabilityModule,
        ChainModule,
        IndexerModule.forRoot([
          MessagesProjector,
          FarmsProjector,
          JourneysProjector,
          ProposalsProjector,
        ]),
        MessagingModule,
        BridgingModule,
        EmissionModule,
        GovernanceModule,
      ],
    }).compile();
    return module.init();
  };

  const keepRunning = async () => {
    while (!stopping.signal.aborted) {
      for (const { chainId } of app.get(ChainRegistry).all()) {
        await app.get(IndexerService).tick(chainId);
        await app.get(PacketWitness).observe(chainId);
        await app.get(TransactionSender).advance(chainId);
      }
      await app.get(EpochJob).tick();
      await sleep(200);
    }
  };

  it('decides an epoch from final stakes and sees every order applied', async () => {
    const epochs = app.get(EpochsService);
    const [epoch] = await eventually(
      () => epochs.list({ limit: 1 }),
      ([newest]) => newest?.orders.every(({ status }) => status === 'applied') === true,
    );
    expect(epoch?.orders.map(({ chainKey, status }) => [chainKey, status])).toEqual([
      ['beta', 'applied'],
      ['hub', 'applied'],
      ['alpha', 'applied'],
    ]);
    expect(epochs.recompute(epoch?.evidence ?? '')).toMatchObject({
      evidenceHash: epoch?.evidenceHash,
      targets: epoch?.targets,
      isEqual: true,
    });
  });

  it('shows the packets of the orders from sent to composed', async () => {
    const messages = await eventually(
      () => app.get(MessageService).list({ limit: 50 }),
      (list) => list.length >= 2 && list.some(({ status }) => status === 'composed'),
    );
    expect(messages.find(({ status }) => status === 'composed')).toMatchObject({
      kind: 'emission-order',
      srcChainKey: 'hub',
      dvns: { required: 2, verified: 2 },
      cause: null,
      nextStep: null,
    });
    const { isComplete, byStatus } = await app.get(MessageService).counts();
    expect(isComplete).toBe(true);
    const failed = ['forged', 'orphaned', 'execution-failed', 'compose-failed', 'cleared'];
    expect(byStatus.filter(({ status, count }) => failed.includes(status) && count > 0)).toEqual(
      [],
    );
  });

  it('follows a position that moves, and names its waiting states', async () => {
    const journeys = app.get(JourneyService);
    const { guid } = await move(network, {
      who: 'bob',
      from: ALPHA_DLT,
      to: HUB_DLT,
      amount: parseEther('100'),
    });
    const early = await eventually(
      () => journeys.byGuid(guid),
      (view) => view !== undefined,
    );
    expect(early).toMatchObject({ user: accountOf('bob').address, amount: parseEther('100') });
    const done = await eventually(
      () => journeys.byGuid(guid),
      (view) => view?.state === 'restaked' && view.isFinal,
    );
    expect(done).toMatchObject({
      state: 'restaked',
      src: { chainKey: 'alpha', farmId: 3 },
      dst: { chainKey: 'hub', farmId: 2 },
      where: '100 DLT are staked in farm 2 on hub.',
      nextSteps: [],
      isFinal: true,
    });
    const mine = await journeys.list({ limit: 5, user: toAddress(accountOf('bob').address) });
    expect(mine.map((each) => each.guid)).toEqual([guid]);
    expect(await app.get(MessageService).byGuid(guid)).toMatchObject({
      kind: 'position-move',
      status: 'composed',
    });
  });

  it('finds a position in escrow, with the reason and its exits, until it leaves', async () => {
    const journeys = app.get(JourneyService);
    const { guid } = await moveIntoEscrow(network, {
      who: 'bob',
      from: ALPHA_DLT,
      to: BETA_DLT,
      amount: parseEther('50'),
    });
    const held = await eventually(
      () => journeys.byGuid(guid),
      (view) => view?.state === 'escrowed',
    );
    expect(held).toMatchObject({
      state: 'escrowed',
      reason: 'Farms_NotActive(3, 3)',
      where: '50 DLT are in escrow on beta; only the recipient can use them.',
    });
    expect(held?.nextSteps).toHaveLength(3);
    await withdrawEscrow(network, { chain: 'beta', guid, who: 'bob' });
    const left = await eventually(
      () => journeys.byGuid(guid),
      (view) => view?.state === 'withdrawn',
    );
    expect(left).toMatchObject({ state: 'withdrawn', nextSteps: [] });
  });

  it('verifies a proposal on every chain once an epoch was decided under it', async () => {
    const { hardCapSD, floorSD } = budgetsOf(EPOCH_SECONDS);
    const schedule = { budgetSD: hardCapSD, floorSD, decayBps: 0, decayEvery: 0 };
    const description = '# Raise the budget\nTo the hard cap.';
    const { proposal } = await passSchedule(network, {
      schedule,
      description,
      voters: ['alice', 'bob'],
    });
    const proposals = app.get(ProposalService);
    const view = await eventually(
      () => proposals.byId(proposal.id.toString()),
      (each) => each?.verification?.status === 'verified',
    );
    expect(view).toMatchObject({
      title: 'Raise the budget',
      state: 'executed',
      calls: [{ contractName: 'EmissionController', function: 'setSchedule' }],
      verification: { status: 'verified' },
    });
    expect(view?.verification?.checks.map(({ chainKey, ok }) => [chainKey, ok])).toEqual([
      ['hub', true],
      ['hub', true],
      ['beta', true],
      ['hub', true],
      ['alpha', true],
    ]);
    expect((await proposals.list({ limit: 5 })).map(({ id }) => id)).toEqual([view?.id]);
  });
});
