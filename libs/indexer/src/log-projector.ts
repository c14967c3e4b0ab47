import type { ChainLog } from '#chain';
import type { ChainDeployment } from '#config';
import type { Address, Hex } from '#kernel';

/** Logs to index: of one contract, with one of these first topics; an empty list means all. */
export interface LogSource {
  readonly address: Address;
  readonly topics0: readonly Hex[];
}

/** Number a contract gave one of its events, counted from 1 without gaps. */
export interface LogSequence {
  readonly contract: Address;
  readonly seq: bigint;
}

/**
 * What one library wants to know of the chains. A log is filed under subjects, and every read model
 * is a fold over the logs of a subject, so a reorg needs nothing but the removal of its logs.
 */
export abstract class LogProjector {
  /** What to index on a chain. Must not depend on anything but the deployment. */
  abstract sources(chain: ChainDeployment): readonly LogSource[];

  /** Subjects a log belongs to, such as `epoch:7`; pure, and empty for a log of somebody else. */
  abstract subjectsOf(log: ChainLog): readonly string[];

  /**
   * The number a contract gave this event, or undefined when it numbers nothing or the log is of
   * somebody else. A gap proves that a node left a log out, and nothing after it is indexed. The
   * sources must cover every numbered event of such a contract.
   */
  sequenceOf?(log: ChainLog): LogSequence | undefined;

  /**
   * Contracts this log brings into being, whose logs are wanted from its block on; their earlier
   * ones are not indexed. Pure: a rebuild finds the same contracts at the same blocks, and a log that
   * a reorganisation takes back takes its contracts along.
   */
  announcedBy?(log: ChainLog): readonly LogSource[];
}
