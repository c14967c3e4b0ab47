import { BLOCK_TIME_SECONDS } from '../topology.js';
import { callRpc } from './json-rpc.js';

const INTERVAL_MS = BLOCK_TIME_SECONDS * 1_000;

/**
 * Makes a block every second, beside those the chain makes for each transaction. The node could do
 * this itself, but then keeps the state of 1,500 blocks whatever it is told, and writes each of
 * them out in full when it stops: more than a gigabyte for every chain.
 */
export class BlockTicker {
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #isStopped = false;

  private constructor(
    private readonly rpcUrl: string,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  /** `onFailure` hears of a block that could not be made; the next one is tried all the same. */
  static start(rpcUrl: string, onFailure: (error: unknown) => void): BlockTicker {
    const ticker = new BlockTicker(rpcUrl, onFailure);
    ticker.schedule();
    return ticker;
  }

  /** Resolves when no block is being made any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#round;
  }

  private schedule(): void {
    // Blocks fall on full seconds, so that all chains have the same time.
    const delayMs = INTERVAL_MS - (Date.now() % INTERVAL_MS);
    this.#timer = setTimeout(() => {
      this.#round = this.tick();
    }, delayMs);
  }

  private async tick(): Promise<void> {
    try {
      await callRpc({ url: this.rpcUrl, method: 'evm_mine' });
    } catch (error) {
      if (!this.#isStopped) this.onFailure(error);
    }
    if (!this.#isStopped) this.schedule();
  }
}
