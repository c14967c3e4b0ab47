import { Global, Module } from '@nestjs/common';
import { AppConfig } from '#config';
import { createLog } from './create-log.js';
import { Log } from './log.js';

/** Provides the `Log` of the process. */
@Global()
@Module({
  providers: [
    {
      provide: Log,
      inject: [AppConfig],
      useFactory: (config: AppConfig) => createLog({ level: config.logLevel }),
    },
  ],
  exports: [Log],
})
export class ObservabilityModule {}
