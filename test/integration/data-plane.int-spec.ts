import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { ChainModule, ChainRegistry, type ChainLog, TransactionSender } from '#chain';
import { aChainDeployment, anAppConfig, Anvil, ANVIL_KEYS, emitCall } from '#chain/testing';
import { AppConfig, type ChainDeployment } from '#config';
import { DatabaseModule } from '#database';
import { IndexerModule, IndexerService, LogProjector, LogStore, type LogSource } from '#indexer';
import { type Address, toChainId, toHex } from '#kernel';
import { ObservabilityModule } from '#observability';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const TOPIC = toHex(`0x${'55'.repeat(32)}`);
const chainId = toChainId(31_201);

@Injectable()
class EventProjector extends LogProjector {
  private readonly deploymentName: string;

  constructor(config: AppConfig) {
    super();
    this.deploymentName = config.deployment.name;
  }

  override sources(chain: ChainDeployment): readonly LogSource[] {
    return [{ address: chain.contracts.farms, topics0: [TOPIC] }];
  }

  override subjectsOf(log: ChainLog): readonly string[] {
    return [`${this.deploymentName}:${BigInt(log.topics[1] ?? '0x0')}`];
  }
}

describe('data plane', () => {
  let anvil: Anvil;
  let emitter: Address;
  let dataDir: string;

  beforeEach(async () => {
    anvil = await Anvil.start({ chainId });
    emitter = await anvil.deployEmitter();
    dataDir = mkdtempSync(join(tmpdir(), 'headwater-plane-'));
  });

  afterEach(async () => {
    await anvil.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const start = async () => {
    const { contracts } = aChainDeployment();
    const chain = aChainDeployment({
      chainId,
      rpcUrls: [anvil.url],
      contracts: { ...contracts, farms: emitter },
    });
    const config = anAppConfig({ chains: [chain], operatorKey: ANVIL_KEYS[1], dataDir });
    @Module({ providers: [{ provide: AppConfig, useValue: config }], exports: [AppConfig] })
    class SettingsModule {}
    const module = await Test.createTestingModule({
      imports: [
        { module: SettingsModule, global: true },
        ObservabilityModule,
        DatabaseModule.forRoot(),
        ChainModule,
        IndexerModule.forRoot([EventProjector]),
      ],
    }).compile();
    return module.init();
  };

  it('sends a transaction, indexes its event, and has both after a restart', async () => {
    const first = await start();
    const sender = first.get(TransactionSender);
    await sender.submit({
      chainId: first.get(ChainRegistry).hub().chainId,
      businessKey: 'emit:1',
      description: 'emit one event',
      to: emitter,
      data: emitCall(TOPIC, 9n, []),
    });
    await anvil.mine(5);
    await sender.advance(chainId);
    const report = await first.get(IndexerService).tick(chainId);
    const logs = await first.get(LogStore).bySubject('test:9');
    const intent = await sender.byKey('emit:1');
    await first.close();

    expect(report).toMatchObject({ status: 'advanced', logs: 1 });
    expect(logs).toMatchObject([{ address: emitter, txHash: intent?.hash, isFinal: true }]);
    expect(intent?.state).toBe('final');

    const second = await start();
    const again = await second.get(IndexerService).tick(chainId);
    const same = {
      logs: await second.get(LogStore).bySubject('test:9'),
      intent: await second.get(TransactionSender).byKey('emit:1'),
    };
    await second.close();
    expect(again).toMatchObject({ status: 'idle', logs: 0 });
    expect(same).toEqual({ logs, intent });
  });
});
