import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { stopEmbeddedPostgres } from '#database';
import { accountOf } from '../../apps/devnet/src/index.js';
import { distEntry } from './preflight.js';
import { ManagedProcess } from './processes.js';

const DEVNET_READY_MS = 120_000;
const SERVICE_READY_MS = 60_000;

export interface ServiceOptions {
  readonly dataDir: string;
  readonly port: number;
  readonly epochSeconds: number;
}

/** Where a data directory keeps the deployment file of its local network. */
export function deploymentPathOf(dataDir: string): string {
  return join(dataDir, 'devnet', 'deployment.json');
}

export async function startDevnet(options: ServiceOptions): Promise<ManagedProcess> {
  return ManagedProcess.start(
    {
      name: 'devnet',
      entry: distEntry('devnet/src/main.js'),
      args: [
        '--data-dir',
        options.dataDir,
        '--reset',
        '--epoch-seconds',
        String(options.epochSeconds),
      ],
      isReady: (line) => line.includes('"step":"ready"'),
      readyWithinMs: DEVNET_READY_MS,
    },
    logDirOf(options.dataDir),
  );
}

export function logDirOf(dataDir: string): string {
  return join(dataDir, 'logs');
}

/**
 * Starts a worker on a data directory of its own (`dataDir`) that follows the network of
 * `networkDir`. With `isOperator` it decides epochs; without, it only watches.
 */
export async function startWorker(options: {
  readonly dataDir: string;
  readonly networkDir: string;
  readonly isOperator: boolean;
  readonly failpoint?: string;
}): Promise<ManagedProcess> {
  return ManagedProcess.start(
    {
      name: 'worker',
      entry: distEntry('worker/src/main.js'),
      env: {
        HEADWATER_DEPLOYMENT: deploymentPathOf(options.networkDir),
        HEADWATER_DATA_DIR: options.dataDir,
        ...(options.isOperator ? { HEADWATER_OPERATOR_KEY: accountOf('operator').privateKey } : {}),
        ...(options.failpoint === undefined ? {} : { HEADWATER_FAILPOINT: options.failpoint }),
      },
      isReady: (line) => line.includes('"msg":"ready"'),
      readyWithinMs: SERVICE_READY_MS,
    },
    logDirOf(options.dataDir),
  );
}

export async function startApi(options: {
  readonly dataDir: string;
  readonly networkDir: string;
  readonly port: number;
}): Promise<ManagedProcess> {
  return ManagedProcess.start(
    {
      name: 'api',
      entry: distEntry('api/src/main.js'),
      env: {
        HEADWATER_DEPLOYMENT: deploymentPathOf(options.networkDir),
        HEADWATER_DATA_DIR: options.dataDir,
        PORT: String(options.port),
      },
      isReady: (line) => line.startsWith('ready http'),
      readyWithinMs: SERVICE_READY_MS,
    },
    logDirOf(options.dataDir),
  );
}

/** Everything that runs, stopped in the order in which nothing complains. */
export class RunningServices {
  private readonly processes: ManagedProcess[] = [];
  private readonly dataDirs = new Set<string>();
  private readonly temporaryDirs = new Set<string>();
  private stopping: Promise<void> | undefined;

  get isRunning(): boolean {
    return this.stopping === undefined;
  }

  add(process: ManagedProcess): ManagedProcess {
    this.processes.push(process);
    return process;
  }

  /** The embedded database of this directory is stopped with the rest. */
  usesDatabaseOf(dataDir: string): void {
    this.dataDirs.add(dataDir);
  }

  removesAtTheEnd(dir: string): void {
    this.temporaryDirs.add(dir);
  }

  /** What was to be removed stays, for somebody to look into. @returns where. */
  keepFolders(): readonly string[] {
    const kept = [...this.temporaryDirs];
    this.temporaryDirs.clear();
    return kept;
  }

  onUnexpectedExit(
    report: (name: string, logFile: string, outcome: number | NodeJS.Signals) => void,
  ): void {
    for (const process of this.processes) {
      process.onUnexpectedExit((outcome) => {
        if (this.isRunning) report(process.name, process.logFile, outcome);
      });
    }
  }

  /** Stops everything once; later calls wait for the first. */
  async stop(): Promise<void> {
    this.stopping ??= this.stopAll();
    await this.stopping;
  }

  private async stopAll(): Promise<void> {
    await ManagedProcess.stopStarting();
    for (const process of this.processes.toReversed()) await process.stop();
    for (const dataDir of this.dataDirs) await stopEmbeddedPostgres(dataDir);
    for (const dir of this.temporaryDirs) rmSync(dir, { recursive: true, force: true });
  }
}
