import { rmdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import pg from 'pg';

import { RetryableError } from '#kernel';

import { withLaunchLock } from './launch-lock.js';
import { type EmbeddedLocations, locationsOf, prepareFolders } from './locations.js';
import {
  initialiseData,
  isInitialised,
  isServerProcess,
  logTail,
  runningPostmaster,
  spawnPostmaster,
  stopPostmaster,
} from './postmaster.js';

const CONNECT_MS_MAX = 30_000;
const CONNECT_RETRY_MS = 15;
const LEASE_NAME = 'headwater lease';

const SETTINGS: Readonly<Record<string, string>> = {
  shared_buffers: '128MB',
  max_connections: '100',
  autovacuum_vacuum_scale_factor: '0.02',
};

/** The only account of the embedded server; its socket folder is the guard. */
export const EMBEDDED_USER = 'postgres';

/** A running server, shared by every process that works on the same data folder. */
export interface EmbeddedPostgres {
  /** Folder of the unix socket, to be used as the host name. */
  readonly host: string;
  readonly pid: number;
  readonly origin: 'initialised' | 'started' | 're-attached';
  /** Gives the server up; the last process to do so stops it. Safe to repeat. */
  release(): Promise<void>;
}

/**
 * Gives a real Postgres for a data folder: re-attaches to a running one, else starts it, else
 * creates it. It listens on a unix socket only, survives the death of this process, and is stopped
 * by the last process that releases it.
 *
 * @throws {PostgresMissing} when there are no server programs.
 * @throws {RetryableError} when the server does not come up; the message holds its last log lines.
 */
export async function startEmbeddedPostgres(options: {
  readonly dataDir: string;
  /** Server settings on top of ours, by their Postgres names. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Removes the folder when the last process lets go: for tests. */
  readonly isTemporary?: boolean;
  readonly onLost?: (error: Error) => void;
}): Promise<EmbeddedPostgres> {
  const locations = locationsOf(options.dataDir);
  return withLaunchLock(locations.lock, async () => {
    prepareFolders(locations);
    let origin: EmbeddedPostgres['origin'] = 're-attached';
    let pid = runningPostmaster(locations);
    if (pid === undefined) {
      origin = isInitialised(locations) ? 'started' : 'initialised';
      if (origin === 'initialised') initialiseData(locations);
      pid = spawnPostmaster(locations, { ...SETTINGS, ...options.settings });
    }
    const lease = await connectLease(locations, pid).catch(async (error: unknown) => {
      // Nobody would hold, and so nobody would stop, what was started here.
      if (origin !== 're-attached') await stopPostmaster(locations);
      throw error;
    });
    lease.on('error', (error) => options.onLost?.(error));
    return {
      host: locations.socketFolder,
      pid,
      origin,
      release: releaseOnce(locations, lease, options.isTemporary ?? false),
    };
  });
}

/** Stops the server of a data folder whoever uses it; does nothing when none runs. */
export async function stopEmbeddedPostgres(dataDir: string): Promise<void> {
  const locations = locationsOf(dataDir);
  await withLaunchLock(locations.lock, () => stopPostmaster(locations));
}

/**
 * Every user of the server holds one idle session for as long as it lives. Pooled sessions come and
 * go, so only this one tells whether somebody is still there; a killed process loses it by itself.
 */
async function connectLease(locations: EmbeddedLocations, pid: number): Promise<pg.Client> {
  const deadline = Date.now() + CONNECT_MS_MAX;
  for (;;) {
    const client = new pg.Client({
      host: locations.socketFolder,
      user: EMBEDDED_USER,
      database: 'postgres',
      application_name: LEASE_NAME,
      connectionTimeoutMillis: 2_000,
    });
    try {
      await client.connect();
      return client;
    } catch (error) {
      const isRunning = isServerProcess(pid, locations.data);
      if (!isRunning || Date.now() > deadline) {
        throw new RetryableError(`the embedded database does not answer:\n${logTail(locations)}`, {
          cause: error,
        });
      }
      await sleep(CONNECT_RETRY_MS);
    }
  }
}

function releaseOnce(
  locations: EmbeddedLocations,
  lease: pg.Client,
  isTemporary: boolean,
): () => Promise<void> {
  let released: Promise<void> | undefined;
  return () => {
    released ??= withLaunchLock(locations.lock, async () => {
      const isShared = await hasOtherLeases(lease);
      await lease.end();
      if (isShared) return;
      await stopPostmaster(locations);
      if (!isTemporary) return;
      rmSync(locations.home, { recursive: true, force: true });
      rmSync(locations.socketFolder, { recursive: true, force: true });
    }).then(() => {
      if (isTemporary) removeWhenEmpty(dirname(locations.home));
    });
    return released;
  };
}

async function hasOtherLeases(lease: pg.Client): Promise<boolean> {
  const result = await lease.query<{ count: string | number }>(
    `SELECT count(*) AS count FROM pg_stat_activity
     WHERE application_name = $1 AND pid <> pg_backend_pid()`,
    [LEASE_NAME],
  );
  return Number(result.rows[0]?.count ?? 0) > 0;
}

function removeWhenEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    // Somebody else still uses the folder, or removed it first.
    if (code !== 'ENOTEMPTY' && code !== 'ENOENT') throw error;
  }
}
