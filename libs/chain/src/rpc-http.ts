import { RetryableError } from '#kernel';

/** Longest wait for a whole answer. */
const TIMEOUT_MS = 5_000;
/** About 50,000 logs; an answer above it fails and the next question is for fewer blocks. */
const ANSWER_BYTES_MAX = 32 * 2 ** 20;
const TOO_MANY_REQUESTS = 429;

/** An endpoint did not give an answer that belongs to the question. */
export class EndpointFailure extends RetryableError {
  /** Rest the endpoint asked for, in milliseconds. */
  readonly restMs: number | undefined;
  /** False when only the size of the question was at fault. */
  readonly isSick: boolean;

  constructor(
    message: string,
    options: ErrorOptions & {
      readonly restMs?: number | undefined;
      readonly isSick?: boolean;
    } = {},
  ) {
    super(message, options);
    this.restMs = options.restMs;
    this.isSick = options.isSick ?? true;
  }
}

/** One question in the form in which it is sent. */
export interface RpcCall {
  readonly id: number;
  readonly jsonrpc: '2.0';
  readonly method: string;
  readonly params: readonly unknown[];
}

/** Answer to one call: what a node returned, or why it refused. */
export type RpcReply =
  | { readonly result: unknown }
  | {
      readonly error: { readonly code: number; readonly message: string; readonly data?: unknown };
    };

/** Where to send to: credentials in an address belong into a header. */
export function targetOf(url: string): { readonly href: string; readonly headers: Headers } {
  const { href, username, password } = new URL(url);
  const headers = new Headers({ 'content-type': 'application/json' });
  if (username === '' && password === '') return { href, headers };
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  headers.set('authorization', `Basic ${Buffer.from(pair).toString('base64')}`);
  return { href: bare.href, headers };
}

/**
 * Sends calls together and returns the reply to each, by id.
 *
 * @throws {EndpointFailure} when time runs out, the connection breaks, or the answer is not exactly
 * one reply to each call.
 */
export async function post(
  target: ReturnType<typeof targetOf>,
  calls: readonly RpcCall[],
): Promise<ReadonlyMap<number, RpcReply>> {
  const [only] = calls;
  const body = JSON.stringify(calls.length === 1 ? only : calls);
  const { status, restMs, text } = await exchange(target, body);
  if (status === TOO_MANY_REQUESTS) {
    throw new EndpointFailure('the endpoint is asked too often', { restMs });
  }
  const replies = repliesIn(text, calls);
  if (replies === undefined) {
    throw new EndpointFailure(`the endpoint answered with status ${status} and no reply`, {
      restMs,
    });
  }
  return replies;
}

async function exchange(
  { href, headers }: ReturnType<typeof targetOf>,
  body: string,
): Promise<{
  readonly status: number;
  readonly restMs: number | undefined;
  readonly text: string;
}> {
  try {
    const response = await fetch(href, {
      method: 'POST',
      headers,
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const restMs = restAskedFor(response.headers.get('retry-after'));
    return { status: response.status, restMs, text: await limitedText(response) };
  } catch (error) {
    if (error instanceof EndpointFailure) throw error;
    // The platform's errors name the address, which may hold a token.
    const name = error instanceof Error ? error.name : 'unknown';
    throw new EndpointFailure(
      name === 'TimeoutError'
        ? `no answer within ${TIMEOUT_MS} ms`
        : 'the connection failed before the answer was complete',
    );
  }
}

async function limitedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > ANSWER_BYTES_MAX) {
      throw new EndpointFailure(`the answer is larger than ${ANSWER_BYTES_MAX} bytes`, {
        isSick: false,
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Seconds or a date, in the header that says when to come back. */
function restAskedFor(header: string | null): number | undefined {
  if (header === null) return undefined;
  const seconds = /^\d{1,6}$/.test(header.trim()) ? Number(header) : Number.NaN;
  if (Number.isFinite(seconds)) return seconds * 1_000;
  const atMs = Date.parse(header);
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - Date.now());
}

/** Undefined unless the text holds exactly one reply to each call. */
function repliesIn(
  body: string,
  calls: readonly RpcCall[],
): ReadonlyMap<number, RpcReply> | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const list: readonly unknown[] = Array.isArray(answer) ? answer : [answer];
  const replies = new Map<number, RpcReply>();
  for (const entry of list) {
    if (typeof entry !== 'object' || entry === null) return undefined;
    const id: unknown = Reflect.get(entry, 'id');
    const reply = replyOf(entry);
    if (typeof id !== 'number' || reply === undefined || replies.has(id)) return undefined;
    replies.set(id, reply);
  }
  const isComplete = replies.size === calls.length && calls.every(({ id }) => replies.has(id));
  return isComplete ? replies : undefined;
}

function replyOf(entry: object): RpcReply | undefined {
  const error: unknown = Reflect.get(entry, 'error');
  if (error === undefined || error === null) {
    return 'result' in entry ? { result: entry.result } : undefined;
  }
  if (typeof error !== 'object') return undefined;
  const code: unknown = Reflect.get(error, 'code');
  const message: unknown = Reflect.get(error, 'message');
  const data: unknown = Reflect.get(error, 'data');
  return {
    error: {
      code: typeof code === 'number' ? code : 0,
      message: typeof message === 'string' ? message : 'refused',
      ...(data === undefined ? {} : { data }),
    },
  };
}
