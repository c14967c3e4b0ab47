import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { RUN_TAG } from './run-command.js';

/** A process that outlived the tests that started it. */
export interface Survivor {
  readonly pid: number;
  readonly command: string;
  readonly ports: readonly number[];
}

/** Servers may need this long to finish their shutdown after the tests end. */
const GRACE_MS = 5_000;
const POLL_MS = 100;
const TCP_LISTEN = '0A';

/**
 * Processes of a run that are still there after a grace period: those that carry its tag, wherever
 * they moved to, and those in its session. Always none on a system without `/proc`.
 */
export async function survivorsOf(run: {
  readonly tag: string;
  readonly sessionId: number;
  readonly graceMs?: number;
}): Promise<readonly Survivor[]> {
  const deadline = Date.now() + (run.graceMs ?? GRACE_MS);
  let pids = pidsOf(run);
  while (pids.length > 0 && Date.now() < deadline) {
    await sleep(POLL_MS);
    pids = pidsOf(run);
  }
  const listeners = listeningInodes();
  return pids.map((pid) => ({ pid, command: commandOf(pid), ports: portsOf(pid, listeners) }));
}

function pidsOf(run: { readonly tag: string; readonly sessionId: number }): number[] {
  if (!existsSync('/proc/self/environ')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map(Number)
    .filter((pid) => isTagged(pid, run.tag) || isInSession(pid, run.sessionId));
}

function isTagged(pid: number, tag: string): boolean {
  return readProc(pid, 'environ').split('\0').includes(`${RUN_TAG}=${tag}`);
}

/**
 * Whether a living process belongs to the session; a dead one that only waits to be collected does
 * not. Session 0 is the system's own and never that of a run.
 */
function isInSession(pid: number, sessionId: number): boolean {
  const [state, , , session] = readProc(pid, 'stat').split(') ').at(-1)?.split(' ') ?? [];
  return sessionId > 0 && state !== 'Z' && Number(session) === sessionId;
}

function commandOf(pid: number): string {
  return readProc(pid, 'cmdline').replaceAll('\0', ' ').trim().slice(0, 160);
}

function portsOf(pid: number, listeners: ReadonlyMap<string, number>): number[] {
  return namesIn(`/proc/${pid}/fd`).flatMap((descriptor) => {
    const port = listeners.get(linkOf(`/proc/${pid}/fd/${descriptor}`));
    return port === undefined ? [] : [port];
  });
}

/** Port by the name of its socket, `socket:[inode]`. */
function listeningInodes(): Map<string, number> {
  const lines = ['/proc/net/tcp', '/proc/net/tcp6']
    .filter((path) => existsSync(path))
    .flatMap((path) => readFileSync(path, 'utf8').trim().split('\n').slice(1));
  return new Map(
    lines
      .map((line) => line.trim().split(/\s+/))
      .filter((columns) => columns[3] === TCP_LISTEN)
      .map((columns) => [
        `socket:[${columns[9] ?? ''}]`,
        Number.parseInt(columns[1]?.split(':')[1] ?? '', 16),
      ]),
  );
}

/** Empty for a process that ended meanwhile or belongs to someone else. */
function readProc(pid: number, name: string): string {
  return orElse('', () => readFileSync(`/proc/${pid}/${name}`, 'utf8'));
}

function namesIn(path: string): string[] {
  return orElse<string[]>([], () => readdirSync(path));
}

function linkOf(path: string): string {
  return orElse('', () => readlinkSync(path));
}

function orElse<Value>(fallback: Value, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM') {
      return fallback;
    }
    throw error;
  }
}
