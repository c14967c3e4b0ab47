import 'reflect-metadata';
import { checkWiring } from '#chain';
import { loadConfig, startFailure } from '#config';
import { releaseDatabases } from '#database';
import { createLog, Log, NestLog } from '#observability';
import { NestFactory } from '@nestjs/core';
import { WorkerModule } from './worker.module.js';
import { WorkerService } from './worker.service.js';

const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const;
/** Rounds under way get this long to finish; then the process ends anyway, and restarts safely. */
const STOP_MS_MAX = 30_000;

async function start(): Promise<void> {
  // Checked before the framework starts: it would start a database first.
  const config = loadConfig();
  const early = createLog({ level: config.logLevel });
  for (const { chainKey, error } of await checkWiring(config)) {
    early.warn({ chainKey, error }, 'contracts of chain are not checked');
  }
  for (const { key, rpcUrls } of config.deployment.chains) {
    if (rpcUrls.length > 1) continue;
    early.warn({ chainKey: key, quorum: 1 }, 'a single endpoint is believed about this chain');
  }
  const app = await NestFactory.createApplicationContext(WorkerModule, {
    logger: false,
    abortOnError: false,
  });
  const log = app.get(Log);
  app.useLogger(new NestLog(log));

  let stopping: Promise<void> | undefined;
  const stop = (reason: string, exitCode: number): void => {
    process.exitCode = Math.max(exitCode, Number(process.exitCode ?? 0));
    if (stopping !== undefined) return;
    log.info({ reason }, 'stopping');
    setTimeout(() => process.exit(1), STOP_MS_MAX).unref();
    stopping = app.close().then(
      () => log.info({}, 'stopped'),
      (error: unknown) => {
        log.error({ error }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  for (const signal of STOP_SIGNALS) process.on(signal, () => stop(signal, 0));

  app.get(WorkerService).start(() => stop('lead lost', 1));
}

try {
  await start();
} catch (error) {
  process.stderr.write(`${startFailure('the worker', error)}\n`);
  await releaseDatabases();
  // Ends at once: parts of the application that could not be built may still be trying.
  process.exit(1);
}
