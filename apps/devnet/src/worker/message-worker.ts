import { type Address, DomainError, type Hex } from '#kernel';
import { sleep } from '../sleep.js';
import { CHAIN_KEYS, type ChainKey, forEachChain, type PerChain, remotesOf } from '../topology.js';
import { ChainScanner } from './chain-scanner.js';
import { FaultBoard, type Path } from './faults.js';
import { Lane, type RetryOptions } from './lane.js';
import { MessageBook } from './message-book.js';
import type { TrackedMessage } from './tracked-message.js';
import type { WorkerChain } from './worker-chain.js';

const SCAN_INTERVAL_MS = 100;
const LANE_INTERVAL_MS = 50;
const RETRY_PAUSE_MS = 500;

/** A message that does not exist, or that nothing failed at. */
export class NothingToRetry extends DomainError {
  override readonly code = 'devnet.nothing-to-retry';
}

/** Something a loop of the worker failed at; it goes on. */
export type FailureListener = (where: string, error: unknown) => void;

/**
 * Plays both DVNs, the committer and the executor between all chains. Chains and paths have loops
 * of their own, so that one that hangs does not hold up the others. Keeps nothing: a start reads the
 * chains from their first block.
 */
export class MessageWorker {
  readonly faults = new FaultBoard();
  readonly book: MessageBook;
  readonly #scanners: PerChain<ChainScanner>;
  readonly #lanes: readonly { readonly path: Path; readonly lane: Lane }[];
  readonly #loops: Promise<void>[] = [];
  #isStopped = false;

  constructor(
    chains: PerChain<WorkerChain>,
    private readonly onFailure: FailureListener,
  ) {
    const executors = new Set<Address>(CHAIN_KEYS.map((key) => chains[key].executor));
    this.book = new MessageBook(executors);
    this.#scanners = forEachChain((key) => {
      const { chain, endpoint, receiveUln } = chains[key];
      return new ChainScanner(chain, [endpoint, receiveUln], this.book);
    });
    this.#lanes = CHAIN_KEYS.flatMap((src) =>
      remotesOf(src).map((dst) => ({ path: { src, dst }, lane: this.laneOf(src, dst, chains) })),
    );
  }

  /** Starts all loops; returns at once. */
  start(): void {
    for (const key of CHAIN_KEYS) {
      this.loop(`scan of ${key}`, SCAN_INTERVAL_MS, () => this.#scanners[key].scan());
    }
    for (const { path, lane } of this.#lanes) {
      this.loop(`path ${path.src} to ${path.dst}`, LANE_INTERVAL_MS, () => lane.round());
    }
  }

  /** Resolves when the step each loop is in has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#loops);
  }

  /**
   * Tries once more to deliver or to compose.
   *
   * @throws {NothingToRetry} when the message is unknown or waits for nobody's command.
   */
  async retry(guid: Hex, options: RetryOptions = {}): Promise<TrackedMessage> {
    const message = this.book.get(guid);
    if (message === undefined) throw new NothingToRetry(`there is no message ${guid}`);
    const isOpen =
      message.status === 'receive-failed' ||
      message.status === 'compose-failed' ||
      message.status === 'compose-pending';
    const entry = this.#lanes.find(
      ({ path }) => path.src === message.src && path.dst === message.dst,
    );
    if (!isOpen || entry === undefined) {
      throw new NothingToRetry(`message ${guid} is ${message.status}: there is nothing to retry`);
    }
    return entry.lane.retry(guid, options);
  }

  private laneOf(src: ChainKey, dst: ChainKey, chains: PerChain<WorkerChain>): Lane {
    return new Lane({
      path: { src, dst },
      destination: chains[dst],
      source: this.#scanners[src],
      target: this.#scanners[dst],
      book: this.book,
      faults: this.faults,
    });
  }

  private loop(where: string, intervalMs: number, round: () => Promise<void>): void {
    const run = async () => {
      while (!this.#isStopped) {
        const pauseMs = await round().then(
          () => intervalMs,
          (error: unknown) => {
            if (!this.#isStopped) this.onFailure(where, error);
            return RETRY_PAUSE_MS;
          },
        );
        await sleep(pauseMs);
      }
    };
    this.#loops.push(run());
  }
}
