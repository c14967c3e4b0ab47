import { spawn, spawnSync } from 'node:child_process';
import {
  chownSync,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { RetryableError } from '#kernel';

import { type EmbeddedLocations, reachablePrograms, serverAccount } from './locations.js';
import { findPostgresBinaries } from './postgres-binaries.js';

const STOP_MS_MAX = 15_000;
const STOP_POLL_MS = 10;
const CHILD_ENVIRONMENT = { LC_ALL: 'C', PATH: '/usr/local/bin:/usr/bin:/bin' };

/** Process id of the running server of these locations, or undefined when none runs. */
export function runningPostmaster(locations: EmbeddedLocations): number | undefined {
  const file = join(locations.data, 'postmaster.pid');
  if (!existsSync(file)) return undefined;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  return pid > 0 && isServerProcess(pid, locations.data) ? pid : undefined;
}

/** Creates the data folder in one step: a half-made one from a killed run is thrown away. */
export function initialiseData(locations: EmbeddedLocations): void {
  const draft = `${locations.data}.new`;
  rmSync(draft, { recursive: true, force: true });
  const programs = reachablePrograms(findPostgresBinaries().folder);
  const settings = ['--auth=trust', '-E', 'UTF8', '--locale=C', '--data-checksums', '--no-sync'];
  const result = spawnSync(join(programs, 'initdb'), ['-D', draft, '-U', 'postgres', ...settings], {
    ...serverAccount(),
    cwd: '/',
    encoding: 'utf8',
    env: CHILD_ENVIRONMENT,
  });
  if (result.error !== undefined || result.status !== 0) {
    const detail = `${result.stderr ?? ''}${result.stdout ?? ''}`.trim();
    throw new RetryableError(`initdb failed in ${locations.home}: ${detail}`, {
      cause: result.error,
    });
  }
  renameSync(draft, locations.data);
}

/** True when the locations hold an initialised data folder. */
export function isInitialised(locations: EmbeddedLocations): boolean {
  return existsSync(join(locations.data, 'PG_VERSION'));
}

/** Starts the server in a session of its own, so that it outlives this process; returns its id. */
export function spawnPostmaster(
  locations: EmbeddedLocations,
  settings: Readonly<Record<string, string>>,
): number {
  const major = Number(readFileSync(join(locations.data, 'PG_VERSION'), 'utf8').trim());
  const programs = reachablePrograms(findPostgresBinaries(major).folder);
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const log = openSync(locations.log, 'a');
  const account = serverAccount();
  if (account !== undefined) chownSync(locations.log, account.uid, account.gid);
  const child = spawn(
    join(programs, 'postgres'),
    ['-D', locations.data, '-k', locations.socketFolder, '-c', 'listen_addresses=', ...options],
    { ...account, cwd: '/', detached: true, stdio: ['ignore', log, log], env: CHILD_ENVIRONMENT },
  );
  closeSync(log);
  child.unref();
  if (child.pid === undefined) {
    throw new RetryableError(`postgres could not be started from ${programs}`);
  }
  return child.pid;
}

/** Ends the server of these locations and waits for it; does nothing when none runs. */
export async function stopPostmaster(locations: EmbeddedLocations): Promise<void> {
  const pid = runningPostmaster(locations);
  if (pid === undefined) return;
  // SIGINT is the fast shutdown: sessions are ended, data is flushed.
  process.kill(pid, 'SIGINT');
  const deadline = Date.now() + STOP_MS_MAX;
  while (isServerProcess(pid, locations.data)) {
    if (Date.now() > deadline) throw new RetryableError(`postgres ${pid} does not stop`);
    await sleep(STOP_POLL_MS);
  }
}

/** Last lines of the server's own log, for an error message. */
export function logTail(locations: EmbeddedLocations): string {
  if (!existsSync(locations.log)) return '';
  return readFileSync(locations.log, 'utf8').trim().split('\n').slice(-8).join('\n');
}

/** A process id can be taken over by a stranger after a reboot, so the command line decides. */
export function isServerProcess(pid: number, data: string): boolean {
  if (existsSync('/proc/self/cmdline')) {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(data);
    } catch (error) {
      if (error instanceof Error && 'code' in error) return false;
      throw error;
    }
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
