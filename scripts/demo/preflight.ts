import { spawn } from 'node:child_process';
import { once } from 'node:events';
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

async function run(what: string, args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new CannotStart(`${what} failed:\n${output}`);
}

/**
 * Compiles the contracts and the service, at the same time; both compilers skip what did not
 * change.
 *
 * @throws {CannotStart} with the compiler's output.
 */
export async function build(): Promise<void> {
  const tsx = join(ROOT, 'node_modules', 'tsx', 'dist', 'cli.mjs');
  await Promise.all([
    run('Compiling the contracts', [tsx, 'scripts/foundry.ts', 'forge', 'build', 'contracts/src']),
    buildService(),
  ]);
}

/** Compiles the service alone. @throws {CannotStart} with the compiler's output. */
export async function buildService(): Promise<void> {
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  await run('Compiling the service', [tsc, '-p', 'tsconfig.build.json']);
}

export function distEntry(path: string): string {
  return join(ROOT, 'dist', 'apps', path);
}
