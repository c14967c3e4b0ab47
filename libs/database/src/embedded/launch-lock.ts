import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { RetryableError } from '#kernel';

const WAIT_MS_MAX = 60_000;
const RETRY_MS = 25;

/**
 * Runs `work` while this process alone holds the lock file; processes that start together would
 * otherwise initialise the same data folder twice. A lock whose holder died is taken over.
 *
 * @throws {RetryableError} when another process holds the lock for over a minute.
 */
export async function withLaunchLock<Result>(
  path: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const deadline = Date.now() + WAIT_MS_MAX;
  while (!tryTake(path)) {
    if (isStale(path)) rmSync(path, { force: true });
    else if (Date.now() > deadline) throw new RetryableError(`${path} is held by another process`);
    else await sleep(RETRY_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

function tryTake(path: string): boolean {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(path, 'wx');
    writeSync(file, String(process.pid));
    closeSync(file);
    return true;
  } catch (error) {
    // ENOENT: the last user of a temporary server removed the folder in between.
    if (isCode(error, 'EEXIST') || isCode(error, 'ENOENT')) return false;
    throw error;
  }
}

function isStale(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return false;
  if (Date.now() - stats.mtimeMs > WAIT_MS_MAX) return true;
  const pid = readHolder(path);
  // An empty file belongs to a process that is just about to write its number.
  return pid !== undefined && !isAlive(pid);
}

function readHolder(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    return pid > 0 ? pid : undefined;
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isCode(error, 'EPERM');
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
