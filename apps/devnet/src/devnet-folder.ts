import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DomainError } from '#kernel';

/** Where a running devnet can be steered. */
export interface ControlAddress {
  readonly url: string;
  readonly pid: number;
}

/** The folder does not hold what it must, or another devnet uses it. */
export class DevnetFolderUnusable extends DomainError {
  override readonly code = 'devnet.folder-unusable';
}

/** Folder of the devnet below the data folder. */
export function devnetFolder(dataDir: string): string {
  return join(dataDir, 'devnet');
}

/** File every other process reads the network from. */
export function deploymentPath(folder: string): string {
  return join(folder, 'deployment.json');
}

/** Writes the file as a whole or not at all: others read it while it changes. */
export function writeJson(path: string, content: unknown): void {
  const temporary = `${path}.new`;
  writeFileSync(temporary, `${JSON.stringify(content, null, 2)}\n`);
  renameSync(temporary, path);
}

export function writeControlAddress(folder: string, address: ControlAddress): void {
  writeJson(controlPath(folder), address);
}

export function removeControlAddress(folder: string): void {
  rmSync(controlPath(folder), { force: true });
}

/**
 * Where the devnet of this folder can be steered, if one was started and did not end.
 *
 * @throws {DevnetFolderUnusable} when the file holds something else.
 */
export function readControlAddress(folder: string): ControlAddress | undefined {
  const path = controlPath(folder);
  if (!existsSync(path)) return undefined;
  const content: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (
    content !== null &&
    typeof content === 'object' &&
    'url' in content &&
    typeof content.url === 'string' &&
    'pid' in content &&
    typeof content.pid === 'number'
  ) {
    return { url: content.url, pid: content.pid };
  }
  throw new DevnetFolderUnusable(`${path} has no url and pid`);
}

function controlPath(folder: string): string {
  return join(folder, 'control.json');
}
