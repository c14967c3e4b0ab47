import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppConfig } from '#config';
import { Log } from '#observability';
import { AppModule } from './app.module.js';
import { APP_OPTIONS, configureApp } from './configure-app.js';
import { startFailure } from './start-failure.js';

async function start(): Promise<void> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule, APP_OPTIONS);
  configureApp(app);
  app.enableShutdownHooks();
  const { host, port } = app.get(AppConfig);
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
  process.stderr.write(`${startFailure(error)}\n`);
  process.exitCode = 1;
}
