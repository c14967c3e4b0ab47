import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { loadConfig, startFailure } from '#config';
import { releaseDatabases } from '#database';
import { createLog, Log, NestLog } from '#observability';
import { AppModule } from './app.module.js';
import { APP_OPTIONS, configureApp } from './configure-app.js';

async function start(): Promise<void> {
  // Read before the framework starts: it would print a wrong setting with a stack.
  const { host, port, logLevel } = loadConfig();
  const app = await NestFactory.create<NestExpressApplication>(AppModule, {
    ...APP_OPTIONS,
    logger: new NestLog(createLog({ level: logLevel })),
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
