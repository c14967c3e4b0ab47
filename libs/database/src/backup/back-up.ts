import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type pg from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import { assert, DomainError } from '#kernel';
import { failpoint } from '#observability';
import { queryRows } from '../query.js';
import { copyToFile } from './copy-streams.js';
import {
  type BackedUpTable,
  type Manifest,
  MANIFEST,
  manifestText,
  newManifest,
  quoted,
  tableFile,
} from './manifest.js';

/** Where the migrations that ran are noted. */
const MIGRATIONS = 'schema_migration';
/** What TypeORM keeps for itself, and makes again when it wants it. */
const OWN_TABLES = [MIGRATIONS, 'typeorm_metadata'];

/** The folder of a new backup is there already. */
export class BackupExists extends DomainError {
  readonly code = 'backup.exists';
}

interface TableShape {
  readonly name: string;
  readonly columns: readonly string[];
  readonly identity: string | null;
}

/**
 * Writes all tables, as of one moment, to a folder that must not be there yet, with a manifest of
 * their hashes. Everybody goes on reading and writing meanwhile. A backup that is cut short leaves
 * no folder of that name.
 *
 * @param options.deployment What the database is of; restoring wants the same.
 * @throws {BackupExists} when the folder is there.
 */
export async function backUp(
  dataSource: DataSource,
  options: { readonly folder: string; readonly deployment: string; readonly at: Date },
): Promise<Manifest> {
  const folder = resolve(options.folder);
  if (existsSync(folder)) throw new BackupExists(`${folder} is there already`);
  const draft = `${folder}.partial`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  mkdirSync(draft, { mode: 0o700 });
  const manifest = await dataSource.transaction('REPEATABLE READ', async (manager) => {
    await manager.query('SET TRANSACTION READ ONLY');
    const tables: BackedUpTable[] = [];
    for (const shape of await shapesOf(manager)) tables.push(await save(manager, shape, draft));
    const migrations = await queryRows<{ readonly name: string }>(
      manager,
      `SELECT name FROM ${MIGRATIONS} ORDER BY id`,
    );
    const names = migrations.map(({ name }) => name);
    return newManifest({ deployment: options.deployment, migrations: names, tables }, options.at);
  });
  failpoint('mid-backup');
  writeFileSync(join(draft, MANIFEST), manifestText(manifest), { mode: 0o600 });
  renameSync(draft, folder);
  return manifest;
}

async function save(
  manager: EntityManager,
  { name, columns, identity }: TableShape,
  folder: string,
): Promise<BackedUpTable> {
  assert(manager.queryRunner !== undefined, 'COPY needs the session of a transaction');
  const client: pg.PoolClient = await manager.queryRunner.connect();
  const query = `SELECT ${columns.map(quoted).join(', ')} FROM ${quoted(name)}`;
  const copied = await copyToFile(client, query, tableFile(folder, name));
  return { name, columns, ...copied, nextId: await nextIdOf(manager, name, identity) };
}

/** Sequences are not part of a snapshot: a later number than needed does no harm. */
async function nextIdOf(
  manager: EntityManager,
  table: string,
  column: string | null,
): Promise<BackedUpTable['nextId']> {
  if (column === null) return null;
  const [sequence] = await queryRows<{ readonly name: string }>(
    manager,
    'SELECT pg_get_serial_sequence($1, $2) AS name',
    [table, column],
  );
  assert(sequence !== undefined, `${table}.${column} has a sequence`);
  const [next] = await queryRows<{ readonly value: string }>(
    manager,
    `SELECT (last_value + is_called::int)::text AS value FROM ${sequence.name}`,
  );
  assert(next !== undefined, `${sequence.name} has a value`);
  return { column, value: next.value };
}

/** Tables in an order in which every row finds those it refers to, by key or by trigger. */
async function shapesOf(manager: EntityManager): Promise<readonly TableShape[]> {
  const shapes = await queryRows<TableShape>(
    manager,
    `SELECT c.relname::text AS name,
       array_agg(a.attname::text ORDER BY a.attnum) FILTER (WHERE a.attgenerated = '') AS columns,
       min(a.attname::text) FILTER (WHERE a.attidentity <> '') AS identity
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0
       AND NOT a.attisdropped AND c.relname <> ALL ($1)
     GROUP BY c.relname ORDER BY c.relname`,
    [OWN_TABLES],
  );
  const references = await queryRows<{ readonly from: string; readonly to: string }>(
    manager,
    `SELECT DISTINCT f.relname::text AS "from", t.relname::text AS "to"
     FROM pg_constraint k JOIN pg_class f ON f.oid = k.conrelid
     JOIN pg_class t ON t.oid = k.confrelid
     WHERE k.contype = 'f' AND k.conrelid <> k.confrelid`,
  );
  const ordered: TableShape[] = [];
  const waiting = [...shapes];
  while (waiting.length > 0) {
    const index = waiting.findIndex(({ name }) =>
      references.every(
        ({ from, to }) => from !== name || !waiting.some((other) => other.name === to),
      ),
    );
    assert(index >= 0, 'tables refer to each other in a circle');
    ordered.push(...waiting.splice(index, 1));
  }
  return ordered;
}
