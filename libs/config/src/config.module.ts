import { type DynamicModule, Module } from '@nestjs/common';
import { AppConfig } from './app-config.js';
import type { Environment } from './environment.js';
import { loadConfig } from './load-config.js';

@Module({})
export class ConfigModule {
  /** Provides `AppConfig` to every module. @throws {ConfigError} at start when a setting is wrong. */
  static forRoot(env: Environment = process.env): DynamicModule {
    return {
      module: ConfigModule,
      global: true,
      providers: [{ provide: AppConfig, useFactory: () => loadConfig(env) }],
      exports: [AppConfig],
    };
  }
}
