import pg from 'pg';
import { assert } from '#kernel';
import { EMBEDDED_USER } from '../embedded/embedded-postgres.js';
import type { DatabaseAddress } from '../open-database.js';

/** Database that every server has, to work on the others from. */
const MAINTENANCE = 'postgres';
const NAME = /^[a-z_][a-z0-9_]*$/;

/** The server of a database, for what cannot be done from inside that database. */
export interface Maintenance {
  /** Name of the database. */
  readonly database: string;
  /** Address of another database of the same server. */
  addressOf(database: string): DatabaseAddress;
  run<Result>(work: (client: pg.Client) => Promise<Result>): Promise<Result>;
}

export function maintenance(address: DatabaseAddress): Maintenance {
  const database = nameOf(address);
  assert(NAME.test(database), `not a plain database name: ${database}`);
  const addressOf = (name: string): DatabaseAddress => {
    if ('host' in address) return { host: address.host, database: name };
    const url = new URL(address.url);
    url.pathname = `/${name}`;
    return { url: url.href };
  };
  const run = async <Result>(work: (client: pg.Client) => Promise<Result>): Promise<Result> => {
    const at = addressOf(MAINTENANCE);
    const client = new pg.Client(
      'url' in at ? { connectionString: at.url } : { ...at, user: EMBEDDED_USER },
    );
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  };
  return { database, addressOf, run };
}

function nameOf(address: DatabaseAddress): string {
  if ('database' in address) return address.database;
  return decodeURIComponent(new URL(address.url).pathname.slice(1));
}
