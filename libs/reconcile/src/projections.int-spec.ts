import { Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { toEventSelector } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emissionControllerAbi, emissionReceiverAbi } from '#abi';
import { ChainModule, TransactionSender } from '#chain';
import { AppConfig } from '#config';
import { createTestDatabase, type TestDatabase } from '#database/testing';
import { EmissionModule, EpochJob } from '#emission';
import { HubChain } from '#emission/testing';
import { FarmsProjector } from '#farms';
import { IndexerModule, IndexerService } from '#indexer';
import { defined, toChainId } from '#kernel';
import { ObservabilityModule } from '#observability';
import { RewardsPoster } from '#rewards';
import { type Difference } from './domain/difference.js';
import { ReconcileModule } from './reconcile.module.js';
import { ReconcileService } from './reconcile.service.js';

const ROUNDS = 5;
const LAST_BYTE_OF_FIRST_WORD = 31;

describe('orders and decisions of the real controller and receiver', () => {
  let hub: HubChain;
  let database: TestDatabase;
  let module: TestingModule;

  beforeAll(async () => {
    [hub, database] = await Promise.all([HubChain.start(), createTestDatabase()]);
    @Module({
      providers: [
        { provide: AppConfig, useValue: hub.config() },
        { provide: DataSource, useValue: database.dataSource },
      ],
      exports: [AppConfig, DataSource],
    })
    class SettingsModule {}
    module = await Test.createTestingModule({
      imports: [
        { module: SettingsModule, global: true },
        ObservabilityModule,
        ChainModule,
        IndexerModule.forRoot([FarmsProjector]),
        EmissionModule,
        ReconcileModule,
      ],
    }).compile();
    await module.init();
    const chainId = toChainId(hub.anvil.chainId);
    const find = { strict: false };
    for (let round = 0; round < ROUNDS; round += 1) {
      await module.get(IndexerService, find).tick(chainId);
      await module.get(RewardsPoster, find).tick(chainId);
      await module.get(EpochJob, find).tick();
      await hub.anvil.mine(6);
      await module.get(TransactionSender, find).advance(chainId);
    }
  });
  afterAll(async () => {
    await module.close();
    await Promise.all([hub.anvil.stop(), database.close()]);
  });

  /** Differences of a run under which the first number of the data of an event is one off. */
  async function differencesWithout(topic0: string): Promise<readonly Difference[]> {
    const flip = async (): Promise<void> => {
      await database.dataSource.transaction(async (manager) => {
        await manager.query('SET LOCAL session_replication_role = replica');
        await manager.query(
          `UPDATE raw_log SET data = set_byte(data, $2, get_byte(data, $2) # 1)
           WHERE topic0 = decode(substr($1, 3), 'hex')`,
          [topic0, LAST_BYTE_OF_FIRST_WORD],
        );
      });
    };
    await flip();
    const { chains, outcome } = await module.get(ReconcileService).run();
    await flip();
    expect(outcome).toBe('different');
    return defined(chains[0], 'chain').differences;
  }

  it('are equal at the final block, and counted', async () => {
    const report = await module.get(ReconcileService).run();
    expect(report.chains.flatMap(({ differences }) => differences)).toEqual([]);
    expect(report.comparedProjections).toBe(2);
  });

  it('differ, and name the epoch, when an applied order was altered', async () => {
    const topic0 = toEventSelector(
      defined(
        emissionReceiverAbi.find((item) => 'name' in item && item.name === 'OrderApplied'),
        'event',
      ),
    );
    const differences = await differencesWithout(topic0);
    expect(differences).toMatchObject([{ what: 'order', field: 'given', subject: 'epoch 1' }]);
    const { ledger, chain } = defined(differences[0], 'difference');
    expect([1n, -1n]).toContain(ledger - chain);
  });

  it('differ, and name the epoch, when the budget of a decision was altered', async () => {
    const topic0 = toEventSelector(
      defined(
        emissionControllerAbi.find((item) => 'name' in item && item.name === 'EpochDecided'),
        'event',
      ),
    );
    expect(await differencesWithout(topic0)).toMatchObject([
      { what: 'decision', field: 'budgetSD', subject: 'epoch 1' },
    ]);
  });
});
