import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor, WaitTimeout } from '../sleep.js';

const STOP_TIMEOUT_MS = 60_000;
const FILE_NAME = 'processes.json';

/** A process a devnet started; `mark` is a part of its command line that no other process has. */
export interface RecordedProcess {
  readonly pid: number;
  readonly mark: string;
}

/** Writes down what runs, so that the next start can end it if this one dies. */
export function recordProcesses(folder: string, processes: readonly RecordedProcess[]): void {
  writeFileSync(join(folder, FILE_NAME), `${JSON.stringify(processes, null, 2)}\n`);
}

/**
 * Ends what a devnet that died left behind and forgets the record. A process counts as left behind
 * only when its command line carries the mark: pids are used again.
 *
 * @returns pids that were ended.
 */
export async function endLeftovers(folder: string): Promise<readonly number[]> {
  const leftovers = readRecord(folder).filter((entry) => isRunning(entry));
  for (const { pid } of leftovers) {
    process.kill(pid, 'SIGTERM');
    process.kill(pid, 'SIGCONT');
  }
  for (const leftover of leftovers) {
    try {
      await waitFor({
        what: `end of process ${leftover.pid}`,
        probe: () => (isRunning(leftover) ? undefined : true),
        timeoutMs: STOP_TIMEOUT_MS,
      });
    } catch (error) {
      if (!(error instanceof WaitTimeout)) throw error;
      process.kill(leftover.pid, 'SIGKILL');
    }
  }
  rmSync(join(folder, FILE_NAME), { force: true });
  return leftovers.map(({ pid }) => pid);
}

function readRecord(folder: string): readonly RecordedProcess[] {
  const path = join(folder, FILE_NAME);
  if (!existsSync(path)) return [];
  const content: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (!Array.isArray(content)) throw new Error(`${path} is not a list of processes`);
  return content.map((entry: unknown) => {
    if (!isRecordedProcess(entry)) throw new Error(`${path} holds an entry without pid and mark`);
    return entry;
  });
}

function isRecordedProcess(value: unknown): value is RecordedProcess {
  return (
    value !== null &&
    typeof value === 'object' &&
    'pid' in value &&
    typeof value.pid === 'number' &&
    'mark' in value &&
    typeof value.mark === 'string'
  );
}

/** Whether the recorded process still runs; a zombie does not. */
function isRunning({ pid, mark }: RecordedProcess): boolean {
  return commandLineOf(pid).includes(mark);
}

/** Command line of a process, empty when there is none. */
function commandLineOf(pid: number): string {
  if (process.platform === 'linux') {
    const path = `/proc/${pid}/cmdline`;
    try {
      return readFileSync(path, 'utf8').replaceAll('\0', ' ');
    } catch (error) {
      if (error instanceof Error && 'code' in error) return '';
      throw error;
    }
  }
  try {
    return execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
  } catch (error) {
    // ps exits with 1 when the process does not exist.
    if (error instanceof Error && 'status' in error && error.status === 1) return '';
    throw error;
  }
}
