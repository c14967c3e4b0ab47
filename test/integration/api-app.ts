import { tmpdir } from 'node:os';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { getDataSourceToken } from '@nestjs/typeorm';
import { AppModule } from '../../apps/api/src/app.module.js';
import { APP_OPTIONS, configureApp } from '../../apps/api/src/configure-app.js';
import { AppConfig, type Deployment } from '#config';
import { aDeployment } from '#config/testing';
import { createTestDatabase, type TestDatabase } from '#database/testing';

/** Nobody listens on port 1, so every chain is out of reach at once. */
const NOWHERE = 'http://127.0.0.1:1';

/** The API on an empty database of its own, with chains that do not answer. */
export interface RunningApi {
  readonly app: NestExpressApplication;
  readonly database: TestDatabase;
  /** The document as served. */
  readonly document: unknown;
  readonly url: string;
  close(): Promise<void>;
}

/** A deployment whose endpoints lead nowhere. */
export function unreachableDeployment(): Deployment {
  const deployment = aDeployment();
  return {
    ...deployment,
    chains: deployment.chains.map((chain) => ({ ...chain, rpcUrls: [NOWHERE] })),
  };
}

/** Starts the API as `main.ts` does, on a free port. */
export async function startApi(): Promise<RunningApi> {
  const database = await createTestDatabase();
  const testing = await Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(AppConfig)
    .useValue(
      new AppConfig({
        // The data source is replaced below; naming a server keeps an embedded one from starting.
        databaseUrl: 'postgres://nobody.invalid/nothing',
        dataDir: tmpdir(),
        deployment: unreachableDeployment(),
        port: 0,
        host: '127.0.0.1',
        logLevel: 'silent',
        pollMs: 500,
      }),
    )
    .overrideProvider(getDataSourceToken())
    .useValue(database.dataSource)
    .compile();
  const app = testing.createNestApplication<NestExpressApplication>(APP_OPTIONS);
  configureApp(app);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const document: unknown = await (await fetch(`${url}/docs-json`)).json();
  return {
    app,
    database,
    document,
    url,
    close: async () => {
      await app.close();
      await database.close();
    },
  };
}
