/** Runs a Foundry tool and passes its exit code on: `tsx scripts/foundry.ts forge test`. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { foundryBinary } from './foundry-binary.js';

const [tool = '', ...args] = process.argv.slice(2);

if (!['forge', 'anvil', 'cast'].includes(tool)) {
  process.stderr.write(`usage: tsx scripts/foundry.ts forge|anvil|cast ARGS…, got "${tool}"\n`);
  process.exit(2);
}
const result = spawnSync(foundryBinary(tool), args, {
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
