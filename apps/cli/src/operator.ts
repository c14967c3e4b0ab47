import {
  type DynamicModule,
  type INestApplicationContext,
  Module,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppConfig, loadOperatorConfig } from '#config';
import { DatabaseModule } from '#database';
import { ObservabilityModule } from '#observability';

/**
 * Runs `work` with services on the database itself, for what an operator does on the machine of the
 * database. Whoever may read the data folder or knows its address may do it; the API never does.
 *
 * @throws {ConfigError} with every problem of environment and deployment file.
 */
export async function withServices<Result>(
  modules: readonly (Type | DynamicModule)[],
  work: (services: INestApplicationContext, config: AppConfig) => Promise<Result>,
): Promise<Result> {
  const config = loadOperatorConfig();
  @Module({ providers: [{ provide: AppConfig, useValue: config }], exports: [AppConfig] })
  class SettingsModule {}
  @Module({
    imports: [
      { module: SettingsModule, global: true },
      ObservabilityModule,
      DatabaseModule.forRoot(),
      ...modules,
    ],
  })
  class OperatorModule {}
  const services = await NestFactory.createApplicationContext(OperatorModule, {
    logger: false,
    abortOnError: false,
  });
  try {
    return await work(services, config);
  } finally {
    await services.close();
  }
}
