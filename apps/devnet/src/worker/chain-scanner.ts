import { type Address, type Hex, toHex } from '#kernel';
import type { DevChain } from '../chains/dev-chain.js';
import { eventsOf } from './message-event.js';
import type { MessageBook } from './message-book.js';

/** Blocks whose hashes are remembered to find where a reorganisation started. */
const HASHES_KEPT = 512;
/** Blocks read with one request. */
const RANGE_MAX = 2_000;

/** Reads the LayerZero logs of one chain into the book, again where blocks were replaced. */
export class ChainScanner {
  /** Last block read; -1 before the first. */
  #cursor = -1;
  readonly #hashes = new Map<number, Hex>();
  #running: Promise<void> | undefined;
  #isAskedAgain = false;

  constructor(
    private readonly chain: DevChain,
    private readonly addresses: readonly Address[],
    private readonly book: MessageBook,
  ) {}

  /** Newest block that was read. */
  get head(): number {
    return this.#cursor;
  }

  /** Reads up to the head. A call during a round makes that round look at the head once more. */
  scan(): Promise<void> {
    if (this.#running !== undefined) {
      this.#isAskedAgain = true;
      return this.#running;
    }
    this.#running = this.rounds().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  private async rounds(): Promise<void> {
    do {
      this.#isAskedAgain = false;
      await this.round();
    } while (this.#isAskedAgain);
  }

  private async round(): Promise<void> {
    const head = await this.chain.client.getBlock();
    const headNumber = Number(head.number);
    if (headNumber === this.#cursor && toHex(head.hash) === this.#hashes.get(headNumber)) return;
    await this.unwind(headNumber);
    while (this.#cursor < headNumber) {
      const toBlock = Math.min(headNumber, this.#cursor + RANGE_MAX);
      const hash = await this.hashOf(toBlock);
      const logs = await this.chain.client.getLogs({
        address: [...this.addresses],
        fromBlock: BigInt(this.#cursor + 1),
        toBlock: BigInt(toBlock),
      });
      // Blocks replaced while they were read, or below them since the round began: what was read
      // may not follow what is known. The next round starts from what stands then.
      if ((await this.hashOf(toBlock)) !== hash || !(await this.cursorStands())) {
        this.#isAskedAgain = true;
        return;
      }
      this.book.add(eventsOf(this.chain.spec, logs));
      this.remember(toBlock, hash);
    }
  }

  private async hashOf(block: number): Promise<Hex> {
    return toHex((await this.chain.client.getBlock({ blockNumber: BigInt(block) })).hash);
  }

  /** Steps back to the newest block we read that still stands. */
  private async unwind(headNumber: number): Promise<void> {
    let block = this.#cursor;
    while (block >= 0 && !(await this.stillStands(block, headNumber))) block = this.before(block);
    if (block === this.#cursor) return;
    for (const number of this.#hashes.keys()) if (number > block) this.#hashes.delete(number);
    this.book.dropAbove(this.chain.spec.key, block);
    this.#cursor = block;
  }

  private async stillStands(block: number, headNumber: number): Promise<boolean> {
    if (block > headNumber) return false;
    return (await this.hashOf(block)) === this.#hashes.get(block);
  }

  private async cursorStands(): Promise<boolean> {
    return this.#cursor < 0 || this.stillStands(this.#cursor, this.#cursor);
  }

  /** The next older block we know the hash of, or -1. */
  private before(block: number): number {
    return Math.max(-1, ...[...this.#hashes.keys()].filter((number) => number < block));
  }

  private remember(block: number, hash: Hex): void {
    this.#cursor = block;
    this.#hashes.set(block, hash);
    if (this.#hashes.size > HASHES_KEPT) {
      const oldest = this.#hashes.keys().next().value;
      if (oldest !== undefined) this.#hashes.delete(oldest);
    }
  }
}
