import { DataSource, type DataSourceOptions, getMetadataArgsStorage } from 'typeorm';
import { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';

import { RetryableError } from '#kernel';

import { EMBEDDED_USER } from './embedded/embedded-postgres.js';
import { migrate } from './migrate.js';
import { migrations } from './migrations/index.js';
import { installTypeParsers } from './type-parsers.js';

const POOL_SIZE = 10;
const CONNECT_MS_MAX = 10_000;

/** A server by URL, or one database of an embedded server by its socket folder. */
export type DatabaseAddress =
  { readonly url: string } | { readonly host: string; readonly database: string };

/** Opens the pool and brings the schema up to date. */
export async function openDatabase(address: DatabaseAddress): Promise<DataSource> {
  const dataSource = await connectDatabase(dataSourceOptions(address));
  await migrate(dataSource);
  return dataSource;
}

/** Opens the pool and leaves the schema as it is. */
export async function connectDatabase(options: DataSourceOptions): Promise<DataSource> {
  installTypeParsers();
  const dataSource = await new DataSource(options).initialize();
  const { driver } = dataSource;
  if (driver instanceof PostgresDriver) sayWithoutSession(driver);
  return dataSource;
}

/**
 * Without a session there was no statement: the pool is exhausted or the server cannot be reached,
 * and later there may be one. The pool says so in words only, which nothing can branch on.
 */
function sayWithoutSession(driver: PostgresDriver): void {
  const obtain = driver.obtainMasterConnection.bind(driver);
  driver.obtainMasterConnection = async () => {
    try {
      return await obtain();
    } catch (error) {
      throw new RetryableError('the database gave no session', { cause: error });
    }
  };
}

/**
 * Settings of every connection. Rows are the classes decorated with `@Entity` that have been
 * imported by then, so a library registers its rows by being used.
 */
export function dataSourceOptions(address: DatabaseAddress): DataSourceOptions {
  return {
    type: 'postgres',
    ...('url' in address ? address : { ...address, username: EMBEDDED_USER }),
    entities: getMetadataArgsStorage().tables.map(({ target }) => target),
    migrations: [...migrations],
    migrationsTableName: 'schema_migration',
    synchronize: false,
    installExtensions: false,
    connectTimeoutMS: CONNECT_MS_MAX,
    poolSize: POOL_SIZE,
    useUTC: true,
    invalidWhereValuesBehavior: { null: 'throw', undefined: 'throw' },
  };
}
