import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { join } from 'node:path';

const STOP_WAIT_MS = 15_000;

export interface ProcessSpec {
  readonly name: string;
  readonly entry: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The line that says the process is ready to work. */
  readonly isReady: (line: string) => boolean;
  readonly readyWithinMs: number;
}

/** A process that stopped before it was ready, or was not ready in time. */
export class ProcessFailed extends Error {
  override readonly name = 'ProcessFailed';

  constructor(
    message: string,
    /** Exit code or signal; `late` when it was running and not ready. */
    readonly outcome: number | NodeJS.Signals | 'late',
  ) {
    super(message);
  }
}

/** A Node process of ours: its output goes to a log file, its end is noticed. */
export class ManagedProcess {
  /** Spawned and not ready yet: nobody else knows them, and they must be stopped all the same. */
  private static readonly starting = new Set<ManagedProcess>();

  private readonly exited: Promise<number | NodeJS.Signals>;
  private hasExited = false;
  private stopping = false;

  private constructor(
    readonly name: string,
    readonly logFile: string,
    private readonly child: ChildProcess,
  ) {
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.hasExited = true;
        resolve(signal ?? code ?? 1);
      });
    });
  }

  /** @throws {ProcessFailed} with the last lines of its log. */
  static async start(spec: ProcessSpec, logDir: string): Promise<ManagedProcess> {
    mkdirSync(logDir, { recursive: true });
    const logFile = join(logDir, `${spec.name}.log`);
    const log = createWriteStream(logFile, { flags: 'a' });
    const child = spawn(process.execPath, [spec.entry, ...(spec.args ?? [])], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...spec.env },
    });
    const managed = new ManagedProcess(spec.name, logFile, child);
    ManagedProcess.starting.add(managed);
    const tail: string[] = [];
    const ready = new Promise<void>((resolve) => {
      for (const stream of [child.stdout, child.stderr]) {
        createInterface({ input: stream }).on('line', (line) => {
          log.write(`${line}\n`);
          tail.push(line);
          if (tail.length > 12) tail.shift();
          if (spec.isReady(line)) resolve();
        });
      }
    });
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), spec.readyWithinMs);
    });
    const outcome = await Promise.race([ready, managed.exited, tooLate]);
    clearTimeout(timer);
    ManagedProcess.starting.delete(managed);
    if (outcome === undefined) return managed;
    await managed.stop();
    const what =
      outcome === 'late'
        ? `was not ready within ${spec.readyWithinMs / 1000} s`
        : `stopped with ${outcome}`;
    throw new ProcessFailed(
      `${spec.name} ${what}; its log is ${logFile} and ends with:\n${tail.join('\n')}`,
      outcome,
    );
  }

  static async stopStarting(): Promise<void> {
    await Promise.all([...ManagedProcess.starting].map(async (process) => process.stop()));
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  get isRunning(): boolean {
    return !this.hasExited;
  }

  /** Calls back when the process ends without having been asked to. */
  onUnexpectedExit(report: (outcome: number | NodeJS.Signals) => void): void {
    void this.exited.then((outcome) => {
      if (!this.stopping) report(outcome);
    });
  }

  /** Resolves with the exit code or signal. */
  async ended(): Promise<number | NodeJS.Signals> {
    return this.exited;
  }

  kill(): void {
    this.stopping = true;
    this.child.kill('SIGKILL');
  }

  async stop(): Promise<void> {
    this.stopping = true;
    if (this.hasExited) return;
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_WAIT_MS);
    await this.exited;
    clearTimeout(timer);
  }
}
