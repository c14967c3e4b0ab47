import type { Address, Hex } from '#kernel';
import type { ChainKey } from '../topology.js';
import type { MessageEvent } from './message-event.js';
import { foldMessage, type TrackedMessage } from './tracked-message.js';

/** Every message of the network. Holds what the chains said and derives the rest. */
export class MessageBook {
  readonly #events = new Map<Hex, readonly MessageEvent[]>();
  readonly #folded = new Map<Hex, TrackedMessage>();
  readonly #seenAtMs = new Map<Hex, number>();

  /** @param executors Executors whose alerts count, of all chains. */
  constructor(private readonly executors: ReadonlySet<Address>) {}

  /** Takes new facts in, in the order of their chain. */
  add(events: readonly MessageEvent[]): void {
    for (const event of events) {
      this.#events.set(event.guid, [...(this.#events.get(event.guid) ?? []), event]);
    }
    for (const guid of new Set(events.map((event) => event.guid))) this.refold(guid);
  }

  /** Forgets what `chain` said in blocks above `block`, because they were taken back. */
  dropAbove(chain: ChainKey, block: number): void {
    for (const [guid, events] of this.#events) {
      const kept = events.filter((event) => event.chain.key !== chain || event.block <= block);
      if (kept.length === events.length) continue;
      this.#events.set(guid, kept);
      this.refold(guid);
    }
  }

  get(guid: Hex): TrackedMessage | undefined {
    return this.#folded.get(guid);
  }

  /** All messages in the order they were first seen. */
  all(): readonly TrackedMessage[] {
    return [...this.#folded.values()];
  }

  /** Monotonic time at which the message was first seen, in milliseconds. */
  seenAtMs(guid: Hex): number {
    return this.#seenAtMs.get(guid) ?? performance.now();
  }

  private refold(guid: Hex): void {
    const message = foldMessage(this.#events.get(guid) ?? [], this.executors);
    if (message === undefined) {
      this.#folded.delete(guid);
      return;
    }
    this.#folded.set(guid, message);
    if (!this.#seenAtMs.has(guid)) this.#seenAtMs.set(guid, performance.now());
  }
}
