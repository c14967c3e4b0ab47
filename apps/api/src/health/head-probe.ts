import { type BlockRef, type ChainClient, NoQuorum } from '#chain';
import type { Log } from '#observability';
import { SharedWork } from '../http/shared-work.js';

/** Longest wait of a health request for one chain. */
const TIMEOUT_MS = 1_500;
/** An answer of this age is as good as a new one. */
const FRESH_MS = 1_000;

export type HeadReading =
  | { readonly isKnown: true; readonly head: BlockRef }
  | { readonly isKnown: false; readonly error: string };

/**
 * Asks one chain for its head without letting a slow endpoint slow down the health page: requests
 * share one question, and none waits longer than `TIMEOUT_MS`.
 */
export class HeadProbe {
  private readonly question: SharedWork<HeadReading>;
  private last: { readonly reading: HeadReading; readonly atMs: number } | undefined;

  constructor(
    private readonly client: ChainClient,
    private readonly nowMs: () => number,
    private readonly log: Log,
  ) {
    this.question = new SharedWork(() => this.ask());
  }

  async read(): Promise<HeadReading> {
    if (this.last !== undefined && this.nowMs() - this.last.atMs < FRESH_MS) {
      return this.last.reading;
    }
    return await Promise.race([this.question.run(), this.patience()]);
  }

  private async ask(): Promise<HeadReading> {
    const reading = await this.client.head().then(
      (head): HeadReading => ({ isKnown: true, head }),
      (error: unknown): HeadReading => {
        this.log.debug({ chainKey: this.client.key, error }, 'head of chain is unknown');
        return { isKnown: false, error: reasonOf(error) };
      },
    );
    this.last = { reading, atMs: this.nowMs() };
    return reading;
  }

  private async patience(): Promise<HeadReading> {
    await new Promise((resolve) => setTimeout(resolve, TIMEOUT_MS).unref());
    return { isKnown: false, error: `The chain did not answer within ${TIMEOUT_MS} ms.` };
  }
}

/** Which of the endpoints answer is no secret; where they are is one. */
function reasonOf(error: unknown): string {
  return error instanceof NoQuorum
    ? `Too few endpoints agree: ${error.message}.`
    : 'No endpoint of the chain answers.';
}
