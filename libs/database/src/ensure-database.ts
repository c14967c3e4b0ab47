import { assert } from '#kernel';
import pg from 'pg';

import { EMBEDDED_USER } from './embedded/embedded-postgres.js';

const DUPLICATE_DATABASE = '42P04';
/** Raised instead of the above when two sessions create the same database at the same moment. */
const UNIQUE_VIOLATION = '23505';

/** Runs statements that no transaction and no application database may hold. */
export async function withMaintenanceClient<Result>(
  host: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ host, user: EMBEDDED_USER, database: 'postgres' });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Creates a database of an embedded server unless it is there. */
export async function ensureDatabase(host: string, database: string): Promise<void> {
  assert(/^[a-z][a-z0-9_]*$/.test(database), `not a plain database name: ${database}`);
  await withMaintenanceClient(host, async (client) => {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
    if (found.rowCount !== 0) return;
    try {
      await client.query(`CREATE DATABASE ${database}`);
    } catch (error) {
      const code = error instanceof pg.DatabaseError ? error.code : undefined;
      if (code !== DUPLICATE_DATABASE && code !== UNIQUE_VIOLATION) throw error;
    }
  });
}
