import { createHash } from 'node:crypto';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';

/** Longest path of a unix socket that Linux takes, less the room for the socket's own name. */
const SOCKET_FOLDER_MAX = 107 - '/.s.PGSQL.5432'.length;

/** `nobody`: initdb and postgres refuse to run as root. */
const UNPRIVILEGED = { uid: 65_534, gid: 65_534 } as const;

/** Where one embedded server keeps its things. */
export interface EmbeddedLocations {
  readonly home: string;
  readonly data: string;
  readonly socketFolder: string;
  readonly log: string;
  /** Beside `home`, so that it survives the removal of `home`. */
  readonly lock: string;
}

/** Account the server programs run as; undefined means our own. */
export function serverAccount(): { readonly uid: number; readonly gid: number } | undefined {
  return process.getuid?.() === 0 ? UNPRIVILEGED : undefined;
}

/**
 * Places of the server of a data folder. When we are root and the data folder lies where the
 * unprivileged account cannot go, such as in root's home, the server lives under the system's
 * temporary folder instead, in a folder named after the data folder.
 */
export function locationsOf(dataDir: string): EmbeddedLocations {
  const wanted = join(resolve(dataDir), 'postgres');
  const home =
    serverAccount() === undefined || isReachableByOthers(dirname(resolve(dataDir)))
      ? wanted
      : join(tmpdir(), `headwater-postgres-${digestOf(wanted)}`);
  const socketFolder =
    home.length <= SOCKET_FOLDER_MAX ? home : join(tmpdir(), `headwater-${digestOf(home)}`);
  return {
    home,
    data: join(home, 'data'),
    socketFolder,
    log: join(home, 'postgres.log'),
    lock: `${home}.lock`,
  };
}

/** Creates the folders and hands them to the account the server runs as. */
export function prepareFolders(locations: EmbeddedLocations): void {
  const account = serverAccount();
  if (account !== undefined) letPass(dirname(locations.home));
  for (const folder of [locations.home, locations.socketFolder]) {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    if (account !== undefined) chownSync(folder, account.uid, account.gid);
  }
}

/**
 * A folder of programs that the unprivileged account can start: the given one, or a copy of the
 * installation under the temporary folder when the given one is out of its reach.
 */
export function reachablePrograms(folder: string): string {
  if (serverAccount() === undefined || isReachableByOthers(folder)) return folder;
  const installation = dirname(folder);
  const copy = join(tmpdir(), `headwater-postgres-programs-${digestOf(installation)}`);
  if (!existsSync(copy)) {
    const draft = `${copy}.${process.pid}`;
    cpSync(installation, draft, { recursive: true, verbatimSymlinks: true });
    renameSync(draft, copy);
  }
  return join(copy, basename(folder));
}

/** Lets any account enter a folder of ours, though not list it. */
function letPass(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const { mode } = statSync(folder);
  if ((mode & 0o001) === 0) chmodSync(folder, mode | 0o011);
}

/** True when every existing folder of the path may be entered by any account. */
function isReachableByOthers(path: string): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    const stats = statSync(folder, { throwIfNoEntry: false });
    if (stats !== undefined && (stats.mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

function digestOf(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, 12);
}
