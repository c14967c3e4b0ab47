/** A node answered with a JSON-RPC error. */
export class RpcError extends Error {
  override readonly name = 'RpcError';

  constructor(
    readonly method: string,
    readonly rpcCode: number | null,
    message: string,
  ) {
    super(`${method}: ${message}`);
  }
}

const TIMEOUT_MS = 10_000;

/**
 * Calls one JSON-RPC method and returns its unparsed result. For the few methods of the local node
 * that the Ethereum client library does not know.
 *
 * @throws {RpcError} when the node refuses; a network error when it does not answer in time.
 */
export async function callRpc(options: {
  readonly url: string;
  readonly method: string;
  readonly params?: readonly unknown[];
  readonly timeoutMs?: number;
}): Promise<unknown> {
  const { url, method, params = [], timeoutMs = TIMEOUT_MS } = options;
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    signal: AbortSignal.timeout(timeoutMs),
  });
  const body: unknown = await response.json();
  if (body === null || typeof body !== 'object') {
    throw new RpcError(method, null, 'the answer is not a JSON object');
  }
  if ('error' in body) throw rpcErrorOf(method, body.error);
  if (!('result' in body)) throw new RpcError(method, null, 'the answer has no result');
  return body.result;
}

function rpcErrorOf(method: string, error: unknown): RpcError {
  if (error === null || typeof error !== 'object') return new RpcError(method, null, String(error));
  const message = 'message' in error ? String(error.message) : 'refused';
  const code = 'code' in error && typeof error.code === 'number' ? error.code : null;
  return new RpcError(method, code, message);
}
