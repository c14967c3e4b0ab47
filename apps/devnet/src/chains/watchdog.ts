import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Waits for its input to close, which happens when the devnet dies in any way, then lets the
 * chains write their state and end. A chain that was halted must run to see the signal.
 */
const SCRIPT = 'read -r _; kill -TERM "$@" 2>/dev/null; kill -CONT "$@" 2>/dev/null; exit 0';

/** Ends the chains when the devnet is killed without a chance to do so itself. */
export class Watchdog {
  private constructor(private readonly child: ChildProcess) {}

  static start(pids: readonly number[]): Watchdog {
    const child = spawn('/bin/sh', ['-c', SCRIPT, 'watchdog', ...pids.map(String)], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    return new Watchdog(child);
  }

  /** Ends the watch without touching the chains. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => {
      this.child.once('exit', () => resolve());
    });
    this.child.kill('SIGKILL');
    await ended;
  }
}
