import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { checkWiring } from '#chain';
import { loadConfig, startFailure } from '#config';
import { releaseDatabases } from '#database';
import { createLog, Log, NestLog } from '#observability';
import { AppModule } from './app.module.js';
import { APP_OPTIONS, configureApp } from './configure-app.js';

async function start(): Promise<void> {
  // Checked before the framework starts: it would print what is wrong with a stack.
  const config = loadConfig();
  const { host, port, logLevel } = config;
  const early = createLog({ level: logLevel });
  for (const { chainKey, error } of await checkWiring(config)) {
    early.warn({ chainKey, error }, 'contracts of chain are not checked');
  }
  const app = await NestFactory.create<NestExpressApplication>(AppModule, {
    ...APP_OPTIONS,
    logger: new NestLog(early),
  });
  configureApp(app);
  app.enableShutdownHooks();
  try {
    await app.listen(port, host);
  } catch (error) {
    await app.close();
    throw error;
  }
  const url = await app.getUrl();
  app.get(Log).info({ host, port: Number(new URL(url).port) }, 'listening');
  process.stdout.write(`ready ${url} (documentation at ${url}/docs)\n`);
}

try {
  await start();
} catch (error) {
  process.stderr.write(`${startFailure('the API', error)}\n`);
  await releaseDatabases();
  // Ends at once: parts of the application that could not be built may still be trying.
  process.exit(1);
}
