import { Global, Module, type DynamicModule, type Provider, type Type } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { ChainRegistry } from '#chain';
import { anAppConfig } from '#chain/testing';
import { AppConfig, type ChainDeployment } from '#config';
import { FarmBookReader, FarmsProjector, FarmsService, FarmStateStore } from '#farms';
import { IndexerModule, LogStore } from '#indexer';
import { LedgerService } from '#ledger';
import { createLog, Log } from '#observability';
import { BoundaryFinder } from '../boundary-finder.js';
import { RewardsPoster } from '../rewards-poster.service.js';
import { RewardsService } from '../rewards.service.js';
import { PostingCursorStore } from '../storage/posting-cursor-store.js';

@Global()
@Module({})
class GlobalsModule {
  static with(providers: readonly Provider[]): DynamicModule {
    const tokens = [AppConfig, ChainRegistry, DataSource, Log];
    return { module: GlobalsModule, providers: [...providers], exports: tokens };
  }
}

/** Index and the given modules over one chain and one database, without an application around. */
export async function startServices(options: {
  readonly chain: ChainDeployment;
  readonly dataSource: DataSource;
  readonly genesis: number;
  readonly epochSeconds: number;
  readonly modules: readonly Type[];
  readonly reconcile?: { readonly fullMax: number; readonly sample: number };
}): Promise<TestingModule> {
  const { chain, dataSource, genesis, epochSeconds, modules, reconcile } = options;
  const config = aConfig({ chain, genesis, epochSeconds, reconcile });
  const globals = GlobalsModule.with([
    { provide: AppConfig, useValue: config },
    { provide: ChainRegistry, useValue: new ChainRegistry(config) },
    { provide: DataSource, useValue: dataSource },
    { provide: Log, useValue: createLog({ level: 'silent' }) },
  ]);
  const imports = [globals, IndexerModule.forRoot([FarmsProjector]), ...modules];
  return Test.createTestingModule({ imports }).compile();
}

/** Settings of one chain whose epochs are counted from `genesis`. */
export function aConfig(options: {
  readonly chain: ChainDeployment;
  readonly genesis: number;
  readonly epochSeconds: number;
  readonly reconcile?: { readonly fullMax: number; readonly sample: number } | undefined;
}): AppConfig {
  const { chain, genesis, epochSeconds: durationSeconds, reconcile } = options;
  const { deployment, dataDir, port, host, logLevel, pollMs } = anAppConfig({ chains: [chain] });
  const process = { dataDir, port, host, logLevel, pollMs };
  return new AppConfig({
    ...process,
    ...(reconcile === undefined
      ? {}
      : { reconcileFullMax: reconcile.fullMax, reconcileSample: reconcile.sample }),
    deployment: { ...deployment, epoch: { genesis, durationSeconds } },
  });
}

/** A poster built by hand, for processes without decorator metadata. */
export function createPoster(config: AppConfig, dataSource: DataSource): RewardsPoster {
  return new RewardsPoster(
    config,
    dataSource,
    new ChainRegistry(config),
    new LogStore(dataSource),
    new FarmStateStore(dataSource),
    new PostingCursorStore(dataSource),
    new LedgerService(dataSource),
    new BoundaryFinder(),
  );
}

/** Reads of rewards built by hand, likewise. */
export function createRewards(config: AppConfig, dataSource: DataSource): RewardsService {
  const chains = new ChainRegistry(config);
  const states = new FarmStateStore(dataSource);
  const books = new FarmBookReader(dataSource, new LogStore(dataSource), states);
  return new RewardsService(
    dataSource,
    chains,
    new FarmsService(chains, books),
    states,
    new PostingCursorStore(dataSource),
    new LedgerService(dataSource),
    new BoundaryFinder(),
  );
}
