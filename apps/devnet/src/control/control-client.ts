import { DomainError, type Hex, toHex } from '#kernel';
import type { ChainKey } from '../topology.js';
import type { FaultChange, Path } from '../worker/faults.js';
import { WORK_STATUSES, type WorkStatus } from '../worker/tracked-message.js';

/** The devnet refused a request, with the code and the sentence it gave. */
export class ControlRefused extends DomainError {
  override readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** What a client needs to know of a message. */
export interface MessageSummary {
  readonly guid: Hex;
  readonly status: WorkStatus;
}

const TIMEOUT_MS = 30_000;

/** Steers a devnet from this or any other process of the same machine. */
export class ControlClient {
  constructor(readonly url: string) {}

  /** The deployment file, unparsed. */
  deployment(): Promise<unknown> {
    return this.request('GET', '/deployment');
  }

  /** All messages in the order they were seen. */
  async messages(): Promise<readonly MessageSummary[]> {
    const body = await this.request('GET', '/messages');
    if (!Array.isArray(body)) throw new ControlRefused('devnet.answer', 'messages are no list');
    return body.map((entry: unknown) => summaryOf(entry));
  }

  /** Switches faults on or off, on one path or everywhere. */
  async changeFaults(change: FaultChange, path?: Path): Promise<void> {
    await this.request('POST', '/faults', { ...change, ...(path === undefined ? {} : { path }) });
  }

  /** Lets the executor try once more; `gas` replaces what the sender bought. */
  async retry(guid: Hex, gas?: bigint): Promise<MessageSummary> {
    const body = { guid, ...(gas === undefined ? {} : { gas: Number(gas) }) };
    return summaryOf(await this.request('POST', '/retry', body));
  }

  /** Replaces the newest blocks of a chain. */
  async reorg(options: {
    readonly chain: ChainKey;
    readonly depth: number;
    readonly keepTransactions?: boolean;
  }): Promise<void> {
    await this.request('POST', '/reorg', options);
  }

  /** Freezes a chain, or lets it go on. */
  async setHalted(chain: ChainKey, halted: boolean): Promise<void> {
    await this.request('POST', '/halt', { chain, halted });
  }

  /** Asks the devnet to stop; it does so after it has answered. */
  async stop(): Promise<void> {
    await this.request('POST', '/stop');
  }

  private async request(method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(method === 'POST' ? { body: JSON.stringify(body ?? {}) } : {}),
    });
    const answer: unknown = await response.json();
    if (response.ok) return answer;
    const fields = new Map(
      answer !== null && typeof answer === 'object' ? Object.entries(answer) : [],
    );
    throw new ControlRefused(
      String(fields.get('code') ?? 'devnet.failed'),
      String(fields.get('message') ?? `${method} ${path} failed with ${response.status}`),
    );
  }
}

function summaryOf(entry: unknown): MessageSummary {
  if (entry !== null && typeof entry === 'object' && 'guid' in entry && 'status' in entry) {
    const status = WORK_STATUSES.find((known) => known === entry.status);
    if (status !== undefined) return { guid: toHex(String(entry.guid)), status };
  }
  throw new ControlRefused('devnet.answer', 'a message has no guid or an unknown status');
}
