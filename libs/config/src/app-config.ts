import type { Hex } from '#kernel';
import type { Deployment } from './deployment.js';

/** Least severe level that is written. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** 5,000 positions take about a second to read. */
export const RECONCILE_DEFAULTS = { fullMax: 5_000, sample: 1_000 } as const;

/** Settings; what is left out has its default. */
type AppConfigFields = Omit<AppConfig, 'reconcileFullMax' | 'reconcileSample'> &
  Partial<Pick<AppConfig, 'reconcileFullMax' | 'reconcileSample'>>;

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
  /** Positions of a chain up to which a reconciliation compares all of them. */
  readonly reconcileFullMax: number;
  /** Positions it draws beyond that, besides those that changed. */
  readonly reconcileSample: number;

  constructor(fields: AppConfigFields) {
    if (fields.databaseUrl !== undefined) this.databaseUrl = fields.databaseUrl;
    if (fields.operatorKey !== undefined) this.operatorKey = fields.operatorKey;
    this.dataDir = fields.dataDir;
    this.deployment = fields.deployment;
    this.port = fields.port;
    this.host = fields.host;
    this.logLevel = fields.logLevel;
    this.pollMs = fields.pollMs;
    this.reconcileFullMax = fields.reconcileFullMax ?? RECONCILE_DEFAULTS.fullMax;
    this.reconcileSample = fields.reconcileSample ?? RECONCILE_DEFAULTS.sample;
  }
}
