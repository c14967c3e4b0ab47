import { Answer } from './answer.js';
import { badInput, CliError, unreachable } from './cli-error.js';
import { EXIT } from './exit-codes.js';

/** Longest wait for an answer; a reconciliation asks every chain. */
const READ_TIMEOUT_MS = 15_000;
const RUN_TIMEOUT_MS = 120_000;

export type Query = Readonly<Record<string, string | number | undefined>>;

interface AskOptions {
  readonly query?: Query;
  readonly timeoutMs?: number;
}

export interface Reply {
  readonly status: number;
  readonly body: unknown;
}

/** Talks to one Headwater API. */
export class ApiClient {
  constructor(private readonly baseUrl: string) {}

  /** @throws {CliError} when the API refuses or does not answer. */
  async get(path: string, query: Query = {}): Promise<unknown> {
    return accepted(await this.send('GET', path, { query })).body;
  }

  /** Like {@link get}, for what reads everything. */
  async getSlowly(path: string): Promise<unknown> {
    return accepted(await this.send('GET', path, { timeoutMs: RUN_TIMEOUT_MS })).body;
  }

  /** An answer that is text of another format than JSON. */
  async getText(path: string, query: Query = {}): Promise<string> {
    const { status, text } = await this.ask('GET', path, { query, timeoutMs: RUN_TIMEOUT_MS });
    if (status >= 400) accepted({ status, body: parsed(text, this.baseUrl) });
    return text;
  }

  /** Like {@link get}, but hands back a 503 that carries a status document. */
  async getStatus(path: string): Promise<Reply> {
    const reply = await this.send('GET', path);
    return reply.status === 503 ? reply : accepted(reply);
  }

  /** @throws {CliError} when the API refuses or does not answer. */
  async post(path: string): Promise<unknown> {
    return accepted(await this.send('POST', path, { timeoutMs: RUN_TIMEOUT_MS })).body;
  }

  private async send(
    method: 'GET' | 'POST',
    path: string,
    options: AskOptions = {},
  ): Promise<Reply> {
    const { status, text } = await this.ask(method, path, options);
    return { status, body: parsed(text, this.baseUrl) };
  }

  private async ask(
    method: 'GET' | 'POST',
    path: string,
    options: AskOptions,
  ): Promise<{ readonly status: number; readonly text: string }> {
    const { query = {}, timeoutMs = READ_TIMEOUT_MS } = options;
    const url = new URL(`${this.baseUrl}${path}`);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    try {
      const response = await fetch(url, {
        method,
        headers: { accept: 'application/json, text/csv' },
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      });
      return { status: response.status, text: await response.text() };
    } catch (error) {
      throw this.noAnswer(error, timeoutMs);
    }
  }

  private noAnswer(error: unknown, timeoutMs: number): CliError {
    const isTimeout = error instanceof Error && error.name === 'TimeoutError';
    const what = isTimeout
      ? `The API at ${this.baseUrl} did not answer within ${timeoutMs / 1000} s.`
      : `No API answers at ${this.baseUrl}.`;
    return unreachable(
      `${what} Start it (npm run demo, or the api app), or name its address with --api or HEADWATER_API_URL.`,
      error,
    );
  }
}

function parsed(text: string, baseUrl: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreachable(`${baseUrl} answers, but not as a Headwater API; check --api.`, error);
  }
}

function accepted(reply: Reply): Reply {
  if (reply.status < 400) return reply;
  const problem = Answer.of(reply.body);
  const code = problem.text('code') ?? 'api.failed';
  const detail = problem.text('detail') ?? `the API answered ${reply.status}`;
  if (reply.status >= 500) {
    const instance = problem.text('instance') ?? 'the time of this request';
    throw new CliError(
      `The API failed: ${detail} (${code}). Its log says more under ${instance}.`,
      {
        exitCode: EXIT.unreachable,
        code,
      },
    );
  }
  throw badInput(`${detail} (${code})`, code);
}
