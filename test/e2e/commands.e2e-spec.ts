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
  CHAINS,
  Devnet,
  type Network,
  networkOf,
  passCommands,
  releaseTransfer,
  retryCommand,
  sendTokens,
} from '../../apps/devnet/src/index.js';
import { ChainModule, ChainRegistry, checkWiring } from '#chain';
import { AppConfig } from '#config';
import { createTestDatabase, type TestDatabase } from '#database/testing';
import { FarmsProjector } from '#farms';
import { GovernanceModule, ProposalService, ProposalsProjector } from '#governance';
import { IndexerModule, IndexerService } from '#indexer';
import { assert, type Hex } from '#kernel';
import {
  CommandService,
  CommandsProjector,
  MessageService,
  MessagesProjector,
  MessagingModule,
} from '#messaging';
import { ObservabilityModule } from '#observability';

const WAIT_MS = 120_000;
const PROJECTORS = [MessagesProjector, CommandsProjector, ProposalsProjector, FarmsProjector];

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

/** The service beside the real contracts, while the hub commands its spokes. */
describe('commands on a live network', () => {
  let dataDir: string;
  let devnet: Devnet;
  let network: Network;
  let config: AppConfig;
  let database: TestDatabase;
  let app: TestingModule;
  let rounds: Promise<void>;
  const stopping = new AbortController();

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'headwater-commands-'));
    [devnet, database] = await Promise.all([
      Devnet.start({ dataDir, parameters: { votingPeriodSeconds: 5 } }),
      createTestDatabase(),
    ]);
    network = networkOf(devnet);
    config = new AppConfig({
      dataDir,
      deployment: network.deployment,
      port: 0,
      host: '127.0.0.1',
      logLevel: 'error',
      pollMs: 200,
    });
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
        IndexerModule.forRoot(PROJECTORS),
        MessagingModule,
        GovernanceModule,
      ],
    }).compile();
    return module.init();
  };

  const keepRunning = async () => {
    while (!stopping.signal.aborted) {
      for (const { chainId } of app.get(ChainRegistry).all()) {
        await app.get(IndexerService).tick(chainId);
      }
      await sleep(200);
    }
  };

  const messageIn = (guid: Hex, status: string) =>
    eventually(
      () => app.get(MessageService).byGuid(guid),
      (view) => view?.status === status,
    );

  it('stands as the deployment file says, with every owner, guardian, peer and option', async () => {
    expect(await checkWiring(config)).toEqual([]);
  });

  it('follows commands from a proposal to the spokes that carry them out', async () => {
    const { proposal, sent } = await passCommands(network, {
      commands: [
        {
          chain: 'beta',
          command: { kind: 'set-max-rate', farmId: 2, stream: 0, maxRate: parseEther('12') },
        },
        {
          chain: 'alpha',
          command: {
            kind: 'set-inbound-limit',
            eid: CHAINS.hub.eid,
            limit: parseEther('2'),
            window: 120,
          },
        },
      ],
      description: 'Two commands',
      voters: ['bob', 'carol', 'dave'],
    });
    const [rate, limit] = sent;
    assert(rate !== undefined && limit !== undefined, 'two commands were sent');
    const commands = app.get(CommandService);
    const rateRef = { eid: CHAINS.beta.eid, no: rate.no };
    const limitRef = { eid: CHAINS.alpha.eid, no: limit.no };
    const stateOf = async (ref: typeof rateRef) => (await commands.byRef(ref))?.state;
    const verification = async () =>
      (await app.get(ProposalService).byId(String(proposal.id)))?.verification?.status;

    expect(
      await eventually(
        () => stateOf(rateRef),
        (state) => state === 'applied',
      ),
    ).toBe('applied');
    expect(
      await eventually(
        () => stateOf(limitRef),
        (state) => state === 'waiting',
      ),
    ).toBe('waiting');
    expect(await messageIn(limit.guid, 'queued')).toMatchObject({
      kind: 'command',
      status: 'queued',
      amountSD: null,
    });
    expect(await verification()).toBe('waiting');
    expect((await app.get(ProposalService).byId(String(proposal.id)))?.calls).toMatchObject([
      {
        contractName: 'CommandSender',
        function: 'sendMany',
        commands: [
          {
            chainKey: 'beta',
            sentence: 'Let the emission of farm 2 pay at most 12000000000000000000 wei a second.',
          },
          {
            chainKey: 'alpha',
            sentence:
              'Let at most 2000000000000000000 wei of the reward token in 2 minutes arrive from hub.',
          },
        ],
      },
    ]);

    await retryCommand(network, { ...limit, who: 'stranger' });

    expect(
      await eventually(
        () => stateOf(limitRef),
        (state) => state === 'applied',
      ),
    ).toBe('applied');
    expect((await messageIn(limit.guid, 'delivered'))?.status).toBe('delivered');
    expect(await eventually(verification, (status) => status === 'verified')).toBe('verified');
    expect((await commands.list({ limit: 10 })).map(({ id, state }) => [id, state])).toEqual([
      ['alpha:1', 'applied'],
      ['beta:1', 'applied'],
    ]);
  });

  it('shows a transfer that waits at the limit of its path, until it is released', async () => {
    const path = { who: 'dave', from: 'alpha', to: 'beta' } as const;
    const first = await sendTokens(network, { ...path, amount: parseEther('980000') });
    expect((await messageIn(first.guid, 'delivered'))?.status).toBe('delivered');
    const second = await sendTokens(network, { ...path, amount: parseEther('200000') });
    expect(await messageIn(second.guid, 'queued')).toMatchObject({
      kind: 'token-transfer',
      status: 'queued',
      cause:
        'The token on beta keeps the packet: it is over what may arrive from alpha now, or ' +
        'arrivals are paused; the sent tokens left alpha and are not credited on beta yet.',
    });

    await releaseTransfer(network, { who: 'guardian', chain: 'beta', guid: second.guid });

    expect((await messageIn(second.guid, 'delivered'))?.status).toBe('delivered');
  });
});
