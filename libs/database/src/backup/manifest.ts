import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DomainError } from '#kernel';

export const MANIFEST = 'manifest.json';
const FORMAT = 1;
/** Names of tables and columns end up in statements. */
const NAME = /^[a-z_][a-z0-9_]*$/;

/** A backup that is not what was written; nothing was touched. */
export class DamagedBackup extends DomainError {
  readonly code = 'backup.damaged';
}

export interface BackedUpTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
  /** Next number of the identity column; null for a table without one. */
  readonly nextId: { readonly column: string; readonly value: string } | null;
}

/** Everything needed to tell whether a backup is whole and what it is of. */
export interface Manifest {
  readonly format: number;
  readonly createdAt: string;
  /** What the database is of: a backup of another deployment is refused. */
  readonly deployment: string;
  /** Names of the migrations its tables went through. */
  readonly migrations: readonly string[];
  /** In an order in which every row finds those it refers to. */
  readonly tables: readonly BackedUpTable[];
}

/** A name of a manifest as a statement takes it, whatever word it is. */
export function quoted(name: string): string {
  return `"${name}"`;
}

/** File of a table in the folder of a backup. */
export function tableFile(folder: string, table: string): string {
  return join(folder, `${table}.copy`);
}

/** The manifest as text: its own hash is the last line, so that it vouches for itself. */
export function manifestText(manifest: Manifest): string {
  const body = JSON.stringify(manifest, null, 2);
  return `${body}\n${hashOf(body)}\n`;
}

export function newManifest(facts: Omit<Manifest, 'format' | 'createdAt'>, at: Date): Manifest {
  return { format: FORMAT, createdAt: at.toISOString(), ...facts };
}

/**
 * Reads a backup and checks every byte of it against its manifest.
 *
 * @throws {DamagedBackup} naming the first thing that is wrong.
 */
export async function readBackup(folder: string): Promise<Manifest> {
  const manifest = readManifest(join(folder, MANIFEST));
  for (const { name, bytes, sha256 } of manifest.tables) {
    const path = tableFile(folder, name);
    const size = statSync(path, { throwIfNoEntry: false })?.size;
    if (size === undefined) throw new DamagedBackup(`${path} is missing`);
    if (size !== bytes) throw new DamagedBackup(`${path} has ${size} bytes, not ${bytes}`);
    if ((await hashOfFile(path)) !== sha256) throw new DamagedBackup(`${path} was changed`);
  }
  return manifest;
}

function readManifest(path: string): Manifest {
  if (!existsSync(path)) throw new DamagedBackup(`${path} is missing: this is no backup`);
  const text = readFileSync(path, 'utf8');
  const end = text.lastIndexOf('\n', text.length - 2);
  const [body, hash] = [text.slice(0, end), text.slice(end + 1).trim()];
  if (hashOf(body) !== hash) throw new DamagedBackup(`${path} was changed`);
  const manifest: Manifest = JSON.parse(body);
  if (manifest.format !== FORMAT) {
    throw new DamagedBackup(`${path} has format ${manifest.format}, this program reads ${FORMAT}`);
  }
  for (const { name, columns } of manifest.tables) {
    const wrong = [name, ...columns].find((word) => !NAME.test(word));
    if (wrong !== undefined) throw new DamagedBackup(`${path} names ${JSON.stringify(wrong)}`);
  }
  return manifest;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function hashOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}
