import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

/** Something the person at the keyboard has to mend; the message says what and how. */
export class CannotStart extends Error {
  override readonly name = 'CannotStart';
}

async function portIsFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** @throws {CannotStart} when the port cannot be listened on. */
export async function requireFreePort(port: number): Promise<void> {
  if (await portIsFree(port)) return;
  throw new CannotStart(
    `Port ${port} is in use. Stop what listens there, or choose another: npm run demo -- --port ${port + 1}`,
  );
}

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/** @throws {CannotStart} when something `npm ci` installs is missing. */
export function requireInstalled(): void {
  const needed = ['typescript', 'solc', '@layerzerolabs/lz-evm-sdk-v2', '@uniswap/v2-core'];
  const missing = needed.filter((name) => !existsSync(join(ROOT, 'node_modules', name)));
  if (missing.length > 0) {
    throw new CannotStart(`Not installed: ${missing.join(', ')}. Run "npm ci" in ${ROOT} first.`);
  }
}

function run(what: string, args: readonly string[]): void {
  const result = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
  if (result.status !== 0) {
    throw new CannotStart(`${what} failed:\n${result.stdout}${result.stderr}`);
  }
}

/** Compiles the contracts; forge skips what did not change. */
export function buildContracts(): void {
  const tsx = join(ROOT, 'node_modules', 'tsx', 'dist', 'cli.mjs');
  run('Compiling the contracts', [tsx, 'scripts/foundry.ts', 'forge', 'build', 'contracts/src']);
}

/** Compiles the service; tsc skips what did not change. */
export function buildService(): void {
  run('Compiling the service', [
    join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'),
    '-p',
    'tsconfig.build.json',
  ]);
}

export function distEntry(path: string): string {
  return join(ROOT, 'dist', 'apps', path);
}
