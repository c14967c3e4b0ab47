import type { Hex } from '#kernel';
import type { Deployment } from './deployment.js';

/** Least severe level that is written. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** All settings of a running Headwater process, checked. */
export class AppConfig {
  /** Absent: an embedded Postgres under `dataDir` is used. A secret. */
  readonly databaseUrl?: string;
  /** Absolute path of the folder that holds everything the process writes. */
  readonly dataDir: string;
  readonly deployment: Deployment;
  /** Private key the worker signs emission orders with. A secret; absent in every other process. */
  readonly operatorKey?: Hex;
  /** 0 lets the system choose a free port. */
  readonly port: number;
  readonly host: string;
  readonly logLevel: LogLevel;
  /** Pause between two rounds of a job. */
  readonly pollMs: number;

  constructor(fields: AppConfig) {
    if (fields.databaseUrl !== undefined) this.databaseUrl = fields.databaseUrl;
    if (fields.operatorKey !== undefined) this.operatorKey = fields.operatorKey;
    this.dataDir = fields.dataDir;
    this.deployment = fields.deployment;
    this.port = fields.port;
    this.host = fields.host;
    this.logLevel = fields.logLevel;
    this.pollMs = fields.pollMs;
  }
}
