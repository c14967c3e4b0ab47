import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { type DynamicModule, type InjectionToken, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { AppConfig, type Deployment } from '#config';

import { createLog, Log } from '#observability';

import { DatabaseModule, releaseDatabases } from './database.module.js';
import { locationsOf } from './embedded/locations.js';
import { runningPostmaster } from './embedded/postmaster.js';

const DEPLOYMENT: Deployment = {
  name: 'test',
  hub: 'hub',
  rewardToken: { symbol: 'HWT', decimals: 18, sharedDecimals: 6 },
  epoch: { genesis: 1, durationSeconds: 60 },
  policy: { kind: 'tvl-weighted' },
  messaging: { confirmations: 1 },
  chains: [],
};

describe('database module', () => {
  let dataDir: string;

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'headwater-module-'));
  });

  afterEach(() => {
    rmSync(dataDir, { recursive: true, force: true });
  });

  function settings(): DynamicModule {
    const config = new AppConfig({
      dataDir,
      deployment: DEPLOYMENT,
      port: 0,
      host: '127.0.0.1',
      logLevel: 'silent',
      pollMs: 100,
    });
    const values = [
      { provide: AppConfig, useValue: config },
      { provide: Log, useValue: createLog({ level: 'silent' }) },
    ];
    @Module({ providers: values, exports: [AppConfig, Log] })
    class SettingsModule {}
    return { module: SettingsModule, global: true };
  }

  it('starts the embedded server, migrates it, and stops it with the application', async () => {
    const app = await Test.createTestingModule({
      imports: [settings(), DatabaseModule.forRoot()],
    }).compile();
    await app.init();

    const rows = await app.get(DataSource).query('SELECT count(*) AS count FROM chain_cursor');
    expect(rows).toEqual([{ count: 0 }]);

    await app.close();
    expect(runningPostmaster(locationsOf(dataDir))).toBeUndefined();
  });

  it.each<[string, readonly InjectionToken[]]>([
    ['after the database was opened', [DataSource]],
    ['while the database is starting', []],
  ])('leaves no server behind when the application fails %s', async (_when, inject) => {
    const { data, lock } = locationsOf(dataDir);
    const fail = async (): Promise<never> => {
      while (!existsSync(lock) && !existsSync(data)) await sleep(1);
      throw new Error('wrong wiring');
    };
    const module = Test.createTestingModule({
      imports: [settings(), DatabaseModule.forRoot()],
      providers: [{ provide: 'broken', inject: [...inject], useFactory: fail }],
    });
    await expect(module.compile()).rejects.toThrow('wrong wiring');

    await releaseDatabases();
    const isStarted = existsSync(data);
    expect({ isStarted, running: runningPostmaster(locationsOf(dataDir)) }).toEqual({
      isStarted: true,
      running: undefined,
    });
  });
});
