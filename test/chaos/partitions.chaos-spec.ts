import { Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChainModule, TransactionSender } from '#chain';
import { AppConfig } from '#config';
import { openDatabase } from '#database';
import { createTestDatabase, type TestDatabase } from '#database/testing';
import { EmissionModule, EpochJob } from '#emission';
import { HubChain } from '#emission/testing';
import { FarmsProjector } from '#farms';
import { IndexerModule, IndexerService } from '#indexer';
import { RetryableError, toChainId } from '#kernel';
import { ObservabilityModule } from '#observability';
import { CHAIN_ID, FarmHistory } from './farm-history.js';
import { TcpProxy } from './tcp-proxy.js';

async function hubServices(hub: HubChain, dataSource: DataSource): Promise<TestingModule> {
  @Module({
    providers: [
      { provide: AppConfig, useValue: hub.config() },
      { provide: DataSource, useValue: dataSource },
    ],
    exports: [AppConfig, DataSource],
  })
  class SettingsModule {}
  const services = await Test.createTestingModule({
    imports: [
      { module: SettingsModule, global: true },
      ObservabilityModule,
      ChainModule,
      IndexerModule.forRoot([FarmsProjector]),
      EmissionModule,
    ],
  }).compile();
  return services.init();
}

/** One round of a worker, then so many blocks that what it sent is final. */
async function round(hub: HubChain, services: TestingModule): Promise<void> {
  const chainId = toChainId(hub.anvil.chainId);
  try {
    await services.get(IndexerService).tick(chainId);
    await services.get(EpochJob).tick();
    await hub.anvil.mine(6);
    await services.get(TransactionSender).advance(chainId);
  } catch (error) {
    // As a lane does: what may be tried again is, in the next round.
    if (!(error instanceof RetryableError)) throw error;
  }
}

const intentsOf = ({ dataSource }: TestDatabase) =>
  dataSource.query<{ business_key: string; state: string; has_reverted: boolean }[]>(
    'SELECT business_key, state, has_reverted FROM tx_intent ORDER BY id',
  );

/** Both wires are TCP proxies: cutting one needs no rights that a test should have. */
describe('partitions, by a TCP proxy that is cut', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(() => database.close());

  it('P1: stops at the chain it cannot reach, goes on with the others, and catches up', async () => {
    const history = await FarmHistory.start();
    const hub = await HubChain.start();
    const elsewhere = await createTestDatabase();
    const others = await hubServices(hub, elsewhere.dataSource);
    const { hostname, port } = new URL(history.chain.chain.anvil.url);
    const wire = await TcpProxy.start({ host: hostname, port: Number(port) });
    const services = await history.services(database.dataSource, `http://127.0.0.1:${wire.port}`);
    await services.get(IndexerService).tick(CHAIN_ID);
    wire.cut();
    await expect(services.get(IndexerService).tick(CHAIN_ID)).rejects.toThrow('endpoints of alpha');
    for (let i = 0; i < 5; i += 1) await round(hub, others);
    expect((await intentsOf(elsewhere)).map(({ state }) => state)).toEqual(['final', 'final']);
    wire.mend();
    await history.finish(services);
    expect(await history.outcome(services)).toEqual(history.nothingLost);
    await Promise.all([services.close(), others.close()]);
    await Promise.all([wire.stop(), hub.anvil.stop(), history.stop(), elsewhere.close()]);
  });

  it('P2: sends no transaction whose intent it cannot store, and each one once', async () => {
    const hub = await HubChain.start();
    const wire = await TcpProxy.start({ path: `${database.host}/.s.PGSQL.5432` });
    const url = `postgres://postgres@127.0.0.1:${wire.port}/${database.database}`;
    const dataSource = await openDatabase({ url });
    const services = await hubServices(hub, dataSource);
    const chainId = toChainId(hub.anvil.chainId);
    const operator = await hub.anvil.account(1);
    const sent = async (): Promise<number> =>
      Number(await hub.anvil.rpc('eth_getTransactionCount', [operator, 'pending']));

    await services.get(IndexerService).tick(chainId);
    wire.cut();
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await expect(services.get(EpochJob).tick()).rejects.toThrow(/session|ECONN|terminated/);
    }
    expect(await sent()).toBe(0);
    wire.mend();
    for (let i = 0; i < 7; i += 1) await round(hub, services);
    const intents = await intentsOf(database);
    const final = { state: 'final', has_reverted: false };
    expect(intents).toEqual([
      { business_key: 'decide:1:1', ...final },
      { business_key: 'dispatch:1:1', ...final },
    ]);
    expect(await sent()).toBe(intents.length);
    await services.close();
    if (dataSource.isInitialized) await dataSource.destroy();
    await Promise.all([wire.stop(), hub.anvil.stop()]);
  });
});
