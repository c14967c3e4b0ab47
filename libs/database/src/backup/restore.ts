import type pg from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import { assert, DomainError } from '#kernel';
import { failpoint } from '#observability';
import { migrate } from '../migrate.js';
import { migrations } from '../migrations/index.js';
import { connectDatabase, type DatabaseAddress, dataSourceOptions } from '../open-database.js';
import { queryRows } from '../query.js';
import { maintenance } from './maintenance.js';
import { copyFromFile } from './copy-streams.js';
import { type Manifest, quoted, readBackup, tableFile } from './manifest.js';

const IN_USE = '55006';

/** The backup is of another deployment, or was made by a newer program. */
export class WrongBackup extends DomainError {
  readonly code = 'backup.wrong';
}

/** Somebody works on the database that is to be replaced. */
export class DatabaseInUse extends DomainError {
  readonly code = 'backup.database-in-use';
}

export interface Restored {
  readonly manifest: Manifest;
  /** Name that the database had before now has; undefined when there was none. */
  readonly replaced: string | undefined;
}

/**
 * Puts a backup in the place of a database. It is checked, loaded and migrated beside the old one,
 * which then is renamed and kept: whatever fails before that leaves everything as it was.
 *
 * @throws {DamagedBackup} when a byte of the backup is not what was written.
 * @throws {WrongBackup} when it is of something else.
 * @throws {DatabaseInUse} while a worker, an API or anybody else is connected.
 */
export async function restore(options: {
  readonly folder: string;
  readonly address: DatabaseAddress;
  readonly deployment: string;
  readonly at: Date;
}): Promise<Restored> {
  const { folder, address, deployment, at } = options;
  const manifest = await readBackup(folder);
  if (manifest.deployment !== deployment) {
    throw new WrongBackup(`this is a backup of ${manifest.deployment}, not of ${deployment}`);
  }
  const known = new Set(migrations.map(({ name }) => name));
  const unknown = manifest.migrations.find((name) => !known.has(name));
  if (unknown !== undefined) {
    throw new WrongBackup(`the backup went through ${unknown}, which this program does not know`);
  }
  const server = maintenance(address);
  const draft = `${server.database}_restoring`;
  await server.run(async (client) => {
    await client.query(`DROP DATABASE IF EXISTS ${draft} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${draft}`);
  });
  await load(server.addressOf(draft), manifest, folder);
  failpoint('mid-restore');
  const kept = `${server.database}_before_${at.toISOString().replaceAll(/\D/g, '').slice(0, 14)}`;
  const replaced = await server.run((client) => swap(client, { ...server, draft, kept }));
  return { manifest, replaced: replaced ? kept : undefined };
}

/** The tables as they were, and then what later migrations make of them. */
async function load(address: DatabaseAddress, manifest: Manifest, folder: string): Promise<void> {
  const options = dataSourceOptions(address);
  const past = migrations.filter(({ name }) => manifest.migrations.includes(name));
  await using(await connectDatabase({ ...options, migrations: past }), async (dataSource) => {
    await migrate(dataSource);
    await dataSource.transaction(async (manager) => {
      for (const table of manifest.tables) await loadTable(manager, table, folder);
    });
    for (const table of manifest.tables) await checkCount(dataSource.manager, table);
  });
  await using(await connectDatabase(options), migrate);
}

async function using(
  dataSource: DataSource,
  work: (dataSource: DataSource) => Promise<void>,
): Promise<void> {
  try {
    await work(dataSource);
  } finally {
    await dataSource.destroy();
  }
}

async function loadTable(
  manager: EntityManager,
  { name, columns, nextId }: Manifest['tables'][number],
  folder: string,
): Promise<void> {
  assert(manager.queryRunner !== undefined, 'COPY needs the session of a transaction');
  const client: pg.PoolClient = await manager.queryRunner.connect();
  await copyFromFile(
    client,
    `${quoted(name)} (${columns.map(quoted).join(', ')})`,
    tableFile(folder, name),
  );
  if (nextId === null) return;
  await manager.query(`SELECT setval(pg_get_serial_sequence($1, $2), $3, false)`, [
    name,
    nextId.column,
    nextId.value,
  ]);
}

async function checkCount(
  manager: EntityManager,
  { name, rows }: Manifest['tables'][number],
): Promise<void> {
  const [row] = await queryRows<{ readonly count: number }>(
    manager,
    `SELECT count(*) AS count FROM ${quoted(name)}`,
  );
  assert(row?.count === rows, `${name} has ${row?.count} rows, not ${rows}`);
}

/** @returns whether there was a database to replace. */
async function swap(
  client: pg.Client,
  names: { readonly database: string; readonly draft: string; readonly kept: string },
): Promise<boolean> {
  const { database, draft, kept } = names;
  const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
  try {
    await client.query('BEGIN');
    if (found.rowCount !== 0) await client.query(`ALTER DATABASE ${database} RENAME TO ${kept}`);
    await client.query(`ALTER DATABASE ${draft} RENAME TO ${database}`);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== IN_USE) throw error;
    throw new DatabaseInUse(
      `somebody is connected to ${database}; stop the worker and the API, then restore again`,
      { cause: error },
    );
  }
  return found.rowCount !== 0;
}
