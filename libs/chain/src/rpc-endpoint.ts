import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { defined } from '#kernel';
import { RpcRequestError } from 'viem';
import { EndpointHealth } from './domain/endpoint-health.js';
import { InFlightLimit } from './domain/in-flight-limit.js';
import { Pace } from './domain/pace.js';
import { EndpointFailure, post, type RpcCall, targetOf } from './rpc-http.js';

const BATCH_SIZE_MAX = 100;
const KEY_DIGITS = 12;

interface Waiting {
  readonly call: RpcCall;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One address that answers questions about a chain. Questions asked together travel together, a few
 * requests at a time; a sick endpoint is left alone for a while, and none is asked faster than its
 * limit allows.
 */
export class RpcEndpoint {
  /** Names the endpoint in logs and evidence without its address, which may hold a token. */
  readonly key: string;
  readonly health = new EndpointHealth();
  private readonly target: ReturnType<typeof targetOf>;
  private readonly pace: Pace;
  private readonly limit = new InFlightLimit();
  private queue: Waiting[] = [];
  private inFlight = 0;
  private nextId = 1;
  private isScheduled = false;
  private lastFailure = '';

  constructor(url: string, options: { readonly callsPerSecond?: number | undefined } = {}) {
    this.key = `node-${createHash('sha256').update(url).digest('hex').slice(0, KEY_DIGITS)}`;
    this.target = targetOf(url);
    this.pace = new Pace(options.callsPerSecond);
  }

  /**
   * @throws {EndpointFailure} when the endpoint rests or gives no usable answer.
   * @throws {RpcRequestError} when the node refuses the call.
   */
  request(method: string, params: readonly unknown[]): Promise<unknown> {
    const call: RpcCall = { id: this.nextId, jsonrpc: '2.0', method, params };
    this.nextId += 1;
    return new Promise((resolve, reject) => {
      this.queue.push({ call, resolve, reject });
      this.schedule();
    });
  }

  /** Waits for the end of the turn, so that what is asked in one turn shares a request. */
  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(() => {
      this.isScheduled = false;
      this.drain();
    });
  }

  private drain(): void {
    while (this.queue.length > 0 && this.inFlight < this.limit.value) {
      const batch = this.queue.splice(0, BATCH_SIZE_MAX);
      if (this.health.tryBegin(Date.now())) {
        this.inFlight += 1;
        void this.send(batch);
      } else {
        const rest = new EndpointFailure(`the endpoint rests: ${this.lastFailure}`, {
          isSick: false,
        });
        for (const { reject } of batch) reject(rest);
      }
    }
  }

  /** Never rejects: what goes wrong reaches everybody who waits in the batch. */
  private async send(batch: readonly Waiting[]): Promise<void> {
    try {
      const waitMs = this.pace.take(batch.length, Date.now());
      if (waitMs > 0) await sleep(waitMs);
      const replies = await post(
        this.target,
        batch.map(({ call }) => call),
      );
      this.health.succeeded();
      this.limit.succeeded();
      for (const { call, resolve, reject } of batch) {
        const reply = defined(replies.get(call.id), 'reply to a call');
        if ('result' in reply) resolve(reply.result);
        else reject(new RpcRequestError({ body: { ...call }, url: this.key, error: reply.error }));
      }
    } catch (error) {
      this.failed(error);
      for (const { reject } of batch) reject(error);
    } finally {
      this.inFlight -= 1;
      this.schedule();
    }
  }

  private failed(error: unknown): void {
    this.limit.failed();
    if (error instanceof EndpointFailure && !error.isSick) {
      this.health.succeeded();
      return;
    }
    this.lastFailure = error instanceof Error ? error.message : 'unknown failure';
    this.health.failed({
      nowMs: Date.now(),
      chance: Math.random(),
      askedRestMs: error instanceof EndpointFailure ? error.restMs : undefined,
    });
  }
}
