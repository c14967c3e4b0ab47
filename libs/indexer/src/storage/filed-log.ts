import type { ChainLog } from '#chain';
import type { LogSource } from '../log-projector.js';

/** A log with everything the projectors said about it. */
export interface FiledLog {
  readonly log: ChainLog;
  readonly subjects: readonly string[];
  readonly seq: bigint | undefined;
  /** Contracts whose logs are indexed from the block of this one on. */
  readonly announced: readonly LogSource[];
}
