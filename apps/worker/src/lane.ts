import { type Clock, InvariantViolation, RetryableError } from '#kernel';
import type { Log } from '#observability';
import { backoffMs } from './backoff.js';

export type LaneState = 'idle' | 'running' | 'waiting' | 'halted' | 'stopped';

/**
 * Repeats one piece of work without ever overlapping itself. What fails here fails alone: the
 * lane logs it and waits longer each time, while the other lanes go on. A bug halts the lane for
 * good, since doing more on a wrong state only spreads it.
 */
export class Lane {
  private running: Promise<void> | undefined;
  private failures = 0;
  private notBeforeMs = 0;
  private isHalted = false;
  private isStopped = false;

  constructor(
    readonly name: string,
    private readonly work: () => Promise<void>,
    private readonly tools: {
      readonly log: Log;
      readonly clock: Clock;
      /** Pause after a first failure, about one round. */
      readonly pollMs: number;
    },
  ) {}

  get state(): LaneState {
    if (this.isStopped) return 'stopped';
    if (this.isHalted) return 'halted';
    if (this.running !== undefined) return 'running';
    return this.tools.clock.nowMs() < this.notBeforeMs ? 'waiting' : 'idle';
  }

  /** Starts a round unless one is under way, the lane waits after a failure, or it has ended. */
  trigger(): void {
    if (this.state !== 'idle') return;
    this.running = this.round();
  }

  /** Lets no further round start and waits for the one under way. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await this.running;
  }

  private async round(): Promise<void> {
    try {
      await this.work();
      if (this.failures > 0) this.tools.log.info({ failures: this.failures }, 'lane recovered');
      this.failures = 0;
    } catch (error) {
      this.failed(error);
    } finally {
      this.running = undefined;
    }
  }

  private failed(error: unknown): void {
    const { log, clock, pollMs } = this.tools;
    if (error instanceof InvariantViolation) {
      this.isHalted = true;
      log.error({ error }, 'lane halted');
      return;
    }
    this.failures += 1;
    const waitMs = backoffMs(this.failures, pollMs);
    this.notBeforeMs = clock.nowMs() + waitMs;
    const fields = { error, failures: this.failures, waitMs };
    if (error instanceof RetryableError) log.warn(fields, 'lane failed');
    else log.error(fields, 'lane failed');
  }
}
