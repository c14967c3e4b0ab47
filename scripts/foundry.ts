/**
 * Runs a Foundry tool and passes its exit code on: `tsx scripts/foundry.ts forge test`.
 *
 * The launchers that npm installs for these tools always exit with 0, so a failing test would look
 * green; this one starts the platform's binary itself, or the tool found on PATH.
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const [tool = '', ...args] = process.argv.slice(2);
const architecture = process.arch === 'x64' ? 'amd64' : process.arch;

function binaryOf(name: string): string {
  const require = createRequire(import.meta.url);
  try {
    const manifest = require.resolve(
      `@foundry-rs/${name}-${process.platform}-${architecture}/package.json`,
    );
    return join(dirname(manifest), 'bin', name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    return name;
  }
}

if (!['forge', 'anvil', 'cast'].includes(tool)) {
  process.stderr.write(`usage: tsx scripts/foundry.ts forge|anvil|cast ARGS…, got "${tool}"\n`);
  process.exit(2);
}
const result = spawnSync(binaryOf(tool), args, {
  stdio: 'inherit',
  cwd: join(import.meta.dirname, '..'),
});
if (result.error) {
  process.stderr.write(
    `${tool} could not be started (${result.error.message}). Install Foundry 1.7.1 and put ${tool} ` +
      `on PATH, or run "npm ci" without --omit=optional on Linux x64.\n`,
  );
}
process.exit(result.status ?? 1);
