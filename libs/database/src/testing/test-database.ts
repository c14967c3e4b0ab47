import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

import { defined } from '#kernel';
import pg from 'pg';
import type { DataSource } from 'typeorm';

import { type EmbeddedPostgres, startEmbeddedPostgres } from '../embedded/embedded-postgres.js';
import { withMaintenanceClient } from '../ensure-database.js';
import { connectDatabase, dataSourceOptions, openDatabase } from '../open-database.js';

const TEMPLATE_LOCK = 4_868_520_002;

/** Nothing in a test database has to survive the machine. */
const SETTINGS = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

let users = 0;
let server: Promise<EmbeddedPostgres> | undefined;

/** A migrated database of its own for one test file or one test. */
export interface TestDatabase {
  readonly dataSource: DataSource;
  /** Socket folder and name, to open a second pool on the same database. */
  readonly host: string;
  readonly database: string;
  /** Drops the database; the last one open also stops the server and removes its folder. */
  close(): Promise<void>;
}

/**
 * Gives a fresh, fully migrated database. All test processes of a user share one server, and the
 * schema is copied from a template, so that a database costs some tens of milliseconds.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  users += 1;
  server ??= startTestPostgres();
  const { host } = await server;
  const database = `test_${randomBytes(6).toString('hex')}`;
  await withMaintenanceClient(host, async (client) => {
    const template = await ensureTemplate(host, client);
    await client.query(`CREATE DATABASE ${database} TEMPLATE ${template}`);
  });
  const dataSource = await connectDatabase(dataSourceOptions({ host, database }));
  const close = async (): Promise<void> => {
    if (dataSource.isInitialized) await dataSource.destroy();
    await withMaintenanceClient(host, (client) =>
      client.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`),
    );
    await releaseServer();
  };
  return { dataSource, host, database, close };
}

/** Holds the shared test server; the last process that releases it removes it. */
export async function startTestPostgres(): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({
    dataDir: join(tmpdir(), `headwater-test-${userInfo().username}`),
    settings: SETTINGS,
    isTemporary: true,
    onLost: (error) => process.stderr.write(`test database server is gone: ${error.message}\n`),
  });
}

async function releaseServer(): Promise<void> {
  users -= 1;
  if (users > 0) return;
  const held = await defined(server, 'test server');
  server = undefined;
  await held.release();
}

/** One template per set of migrations: branches with different ones can test side by side. */
async function ensureTemplate(host: string, client: pg.Client): Promise<string> {
  const template = `template_${digestOfMigrations()}`;
  await client.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
  try {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [template]);
    if (found.rowCount === 0) {
      const draft = `${template}_draft`;
      await client.query(`DROP DATABASE IF EXISTS ${draft} WITH (FORCE)`);
      await client.query(`CREATE DATABASE ${draft}`);
      const dataSource = await openDatabase({ host, database: draft });
      await dataSource.destroy();
      await client.query(`ALTER DATABASE ${draft} RENAME TO ${template}`);
    }
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [TEMPLATE_LOCK]);
  }
  return template;
}

/** Covers the text of every migration, not only their names: an edited one is another schema. */
function digestOfMigrations(): string {
  const folder = join(import.meta.dirname, '..', 'migrations');
  const digest = createHash('sha256');
  for (const file of readdirSync(folder).toSorted())
    digest.update(readFileSync(join(folder, file)));
  return digest.digest('hex').slice(0, 16);
}
