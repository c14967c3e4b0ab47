/**
 * Starts the local network and keeps it running until it is told to stop (SIGTERM, SIGINT or
 * `POST /stop`). Prints one JSON object per line; the last one before it waits is `ready`.
 */
import { DomainError } from '#kernel';
import { Devnet } from './devnet.js';
import { deploymentPath, devnetFolder } from './devnet-folder.js';
import { parseMainOptions } from './main-options.js';
import type { DevnetReport } from './network-start.js';

const DEFAULT_DATA_DIR = '.headwater';
const startedAtMs = performance.now();

function print(report: DevnetReport): void {
  const elapsedMs = Math.round(performance.now() - startedAtMs);
  process.stdout.write(`${JSON.stringify({ ...report, elapsedMs })}\n`);
}

async function main(): Promise<void> {
  const options = parseMainOptions(process.argv.slice(2), DEFAULT_DATA_DIR);
  const devnet = await Devnet.start({ ...options, onReport: print });
  const stop = () => void devnet.stop();
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  devnet.onChainDeath((reason) => {
    print({ step: 'chain-died', reason });
    process.exitCode = 1;
    stop();
  });
  print({
    step: 'ready',
    controlUrl: devnet.controlUrl,
    deployment: deploymentPath(devnetFolder(options.dataDir)),
  });
  await devnet.ended;
  print({ step: 'stopped' });
}

main().catch((error: unknown) => {
  const message = error instanceof DomainError ? error.message : errorText(error);
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
});

function errorText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
