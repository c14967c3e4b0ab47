import type { DataSource } from 'typeorm';
import type { AppConfig } from '#config';
import { startEmbeddedPostgres } from './embedded/embedded-postgres.js';
import { connectDatabase, type DatabaseAddress, dataSourceOptions } from './open-database.js';

/** Database of the embedded server. */
export const DATABASE = 'headwater';

/**
 * Holds the configured server while `work` runs: an embedded one is started when none runs, and
 * stopped again unless somebody else uses it. Connects to no database of it.
 */
export async function withDatabaseServer<Result>(
  config: AppConfig,
  work: (address: DatabaseAddress) => Promise<Result>,
): Promise<Result> {
  const { databaseUrl, dataDir } = config;
  if (databaseUrl !== undefined) return work({ url: databaseUrl });
  const embedded = await startEmbeddedPostgres({ dataDir });
  try {
    return await work({ host: embedded.host, database: DATABASE });
  } finally {
    await embedded.release();
  }
}

/** Holds a pool on a database as it is, without bringing its schema up to date. */
export async function withDatabase<Result>(
  address: DatabaseAddress,
  work: (dataSource: DataSource) => Promise<Result>,
): Promise<Result> {
  const dataSource = await connectDatabase(dataSourceOptions(address));
  try {
    return await work(dataSource);
  } finally {
    await dataSource.destroy();
  }
}
