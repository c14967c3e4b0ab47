import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..');

/** Variable that every process started here passes on, so that survivors can be found. */
export const RUN_TAG = 'HEADWATER_RUN_TAG';

export interface CommandResult {
  /** 0 only when the command ended by itself, in time and without complaint. */
  readonly exitCode: number;
  /** Standard output and standard error, interleaved as they came; see `stdoutFile`. */
  readonly output: string;
  /** Session of the command; whatever it starts belongs to it unless it breaks away. */
  readonly sessionId: number;
}

/** Our own settings would change what a test sees; DATABASE_URL may choose the server on purpose. */
function cleanEnvironment(extra: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('HEADWATER_') && name !== 'NODE_OPTIONS',
  );
  return { ...Object.fromEntries(inherited), FORCE_COLOR: '0', NO_COLOR: '1', ...extra };
}

/** Runs a command in a session of its own and kills all of that session when time is up. */
export async function runCommand(options: {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly timeoutMs: number;
  /** Whether the output also goes to ours while it comes. */
  readonly isEchoed: boolean;
  /** File that gets standard output, instead of `output`: all of it, however long it is. */
  readonly stdoutFile?: string;
}): Promise<CommandResult> {
  const [command = '', ...args] = options.argv;
  const stdout = options.stdoutFile === undefined ? 'pipe' : openSync(options.stdoutFile, 'w');
  const child = spawn(command, args, {
    cwd: options.cwd ?? ROOT,
    env: cleanEnvironment(options.env ?? {}),
    stdio: ['ignore', stdout, 'pipe'],
    detached: true,
  });
  if (typeof stdout === 'number') closeSync(stdout);
  const sessionId = child.pid ?? 0;
  const chunks: string[] = [];
  const take = (chunk: Buffer): void => {
    chunks.push(chunk.toString());
    if (options.isEchoed) process.stdout.write(chunk);
  };
  child.stdout?.on('data', take);
  child.stderr?.on('data', take);

  const killSession = (): void => killGroup(sessionId);
  const stop = (): void => {
    killSession();
    process.exit(130);
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const timer = setTimeout(() => {
    chunks.push(`\n${options.argv.join(' ')} was stopped after ${options.timeoutMs} ms\n`);
    killSession();
  }, options.timeoutMs);
  try {
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      // `exit` and not `close`: a survivor holding our pipe must be found, not waited for.
      child.once('exit', (code) => resolve(code ?? 1));
    });
    return { exitCode, output: chunks.join(''), sessionId };
  } finally {
    clearTimeout(timer);
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    child.stdout?.destroy();
    child.stderr?.destroy();
  }
}

/** Ends a process group; one that is gone already is fine. */
function killGroup(groupId: number): void {
  try {
    if (groupId > 0) process.kill(-groupId, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
