import { receiveUlnAbi } from '#abi';
import { defined, type Hex } from '#kernel';
import { DVN_NAMES, type DvnName } from '../accounts.js';
import { attest } from './attest.js';
import type { ChainScanner } from './chain-scanner.js';
import { commit, compose, deliver, executionState, verificationState } from './deliver.js';
import type { FaultBoard, Path } from './faults.js';
import type { MessageBook } from './message-book.js';
import { isAtRest, type TrackedMessage } from './tracked-message.js';
import type { WorkerChain } from './worker-chain.js';

/** Messages of one path worked on at the same time. */
const PARALLEL_MAX = 16;

/** What a lane stands on. */
export interface LaneParts {
  readonly path: Path;
  readonly destination: WorkerChain;
  readonly source: ChainScanner;
  readonly target: ChainScanner;
  readonly book: MessageBook;
  readonly faults: FaultBoard;
}

/** Gas instead of what the sender of the message bought. */
export interface RetryOptions {
  readonly gas?: bigint;
}

/**
 * Brings the messages of one path to their end: attest, commit, deliver, compose. Every step looks
 * at the chain first, so that it does not matter who did the one before, or when.
 */
export class Lane {
  readonly #busy = new Set<Hex>();
  /** Source block at which a message was last found to be too young. */
  readonly #tooYoungAt = new Map<Hex, number>();

  constructor(private readonly parts: LaneParts) {}

  /** One round over all messages of the path, oldest first. */
  async round(): Promise<void> {
    const { path, book } = this.parts;
    const open = book
      .all()
      .filter(({ src, dst }) => src === path.src && dst === path.dst)
      .filter((message) => !isAtRest(message) && !this.#busy.has(message.guid))
      .toSorted((a, b) => Number(a.packet.nonce - b.packet.nonce))
      .slice(0, PARALLEL_MAX);
    await Promise.all(open.map(({ guid }) => this.guarded(guid, () => this.advance(guid))));
  }

  /** Tries once more what the executor failed at. Holds do not apply to a command. */
  async retry(guid: Hex, { gas }: RetryOptions): Promise<TrackedMessage> {
    await this.guarded(guid, async () => {
      const { book, destination } = this.parts;
      const message = defined(book.get(guid), `message ${guid}`);
      const withGas = gas === undefined ? {} : { gas };
      if (message.status === 'receive-failed') {
        await deliver({ destination, message, ...withGas });
      } else {
        for (const call of message.composes.filter((one) => one.deliveredTx === undefined)) {
          await compose({ destination, message, call, ...withGas });
        }
      }
      await this.parts.target.scan();
    });
    return defined(this.parts.book.get(guid), `message ${guid}`);
  }

  private async guarded(guid: Hex, action: () => Promise<void>): Promise<void> {
    this.#busy.add(guid);
    try {
      await action();
    } finally {
      this.#busy.delete(guid);
    }
  }

  /** Takes steps until one is not due. */
  private async advance(guid: Hex): Promise<void> {
    const { book, target } = this.parts;
    let message = book.get(guid);
    while (message !== undefined && !isAtRest(message)) {
      if (!(await this.step(message))) return;
      await target.scan();
      const next = book.get(guid);
      // The workers' transactions succeed also when what they asked for was refused.
      if (next === message) throw new Error(`message ${guid} stays ${message.status}`);
      message = next;
    }
  }

  /** Takes the next step of a message; false when it has to wait. */
  private async step(message: TrackedMessage): Promise<boolean> {
    if (message.status === 'confirming') return this.verify(message);
    if (message.status === 'verified') return this.execute(message);
    return this.runComposes(message);
  }

  private async verify(message: TrackedMessage): Promise<boolean> {
    const { destination, source, book, faults, path } = this.parts;
    const { head } = source;
    if (this.#tooYoungAt.get(message.guid) === head) return false;
    const { confirmations, requiredDVNs } = await this.ulnConfig(message);
    if (head - message.sentBlock + 1 < Number(confirmations)) {
      this.#tooYoungAt.set(message.guid, head);
      return false;
    }
    this.#tooYoungAt.delete(message.guid);
    if (performance.now() - book.seenAtMs(message.guid) < faults.delayMs(path)) return false;

    const missing = DVN_NAMES.filter((name) => {
      const address = destination.dvns[name];
      return (
        !message.attestedBy.includes(address) &&
        requiredDVNs.some((dvn) => dvn.toLowerCase() === address)
      );
    });
    if (missing.length > 0) return this.attestAs(missing, message, confirmations);
    if (faults.isHeld('commit', path)) return false;
    if ((await verificationState(destination, message)) !== 'verifiable') return false;
    await commit(destination, message);
    return true;
  }

  private async attestAs(
    dvns: readonly DvnName[],
    message: TrackedMessage,
    confirmations: bigint,
  ): Promise<boolean> {
    const { destination, faults, path } = this.parts;
    if (faults.isHeld('verify', path)) return false;
    await Promise.all(dvns.map((dvn) => attest({ dvn, destination, message, confirmations })));
    return true;
  }

  private async execute(message: TrackedMessage): Promise<boolean> {
    const { destination, faults, path } = this.parts;
    if (faults.isHeld('execute', path)) return false;
    if ((await executionState(destination, message)) !== 'executable') return false;
    await deliver({ destination, message });
    return true;
  }

  private async runComposes(message: TrackedMessage): Promise<boolean> {
    const { destination, faults, path } = this.parts;
    if (faults.isHeld('compose', path)) return false;
    const due = message.composes.filter(
      ({ deliveredTx, alert }) => deliveredTx === undefined && alert === undefined,
    );
    for (const call of due) await compose({ destination, message, call });
    return due.length > 0;
  }

  private ulnConfig(message: TrackedMessage): Promise<{
    readonly confirmations: bigint;
    readonly requiredDVNs: readonly Hex[];
  }> {
    return this.parts.destination.chain.client.readContract({
      address: this.parts.destination.receiveUln,
      abi: receiveUlnAbi,
      functionName: 'getUlnConfig',
      args: [message.receiver, message.packet.srcEid],
    });
  }
}
