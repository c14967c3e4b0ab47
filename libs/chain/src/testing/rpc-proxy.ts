import { createServer, type Server, type ServerResponse } from 'node:http';
import { assert } from '#kernel';

/** One call that passes through the proxy, with the node's result. */
export interface ProxiedCall {
  readonly method: string;
  readonly params: readonly unknown[];
  readonly result: unknown;
}

/** How the connection to a node fails. */
export type Fault =
  /** The question arrives and no answer ever comes. */
  | 'hang'
  | 'server-error'
  /** Status 429 with `Retry-After: 2`. */
  | 'too-many'
  /** A page of a load balancer, status 200. */
  | 'html'
  /** JSON that ends in the middle. */
  | 'cut-json'
  /** The right answer under the number of another question. */
  | 'wrong-id'
  /** The connection breaks in the middle of the answer. */
  | 'reset';

type Transform = (call: ProxiedCall) => unknown;

const REST_SECONDS = 2;

/**
 * A node in front of a node that may lie or fail: it answers with what `transform` makes of a
 * result, unless a fault is on. Everything can be changed while it runs.
 */
export class RpcProxy {
  fault: Fault | undefined;
  /** When each question arrived, in milliseconds; a batch is one. */
  readonly askedMs: number[] = [];

  private constructor(
    readonly url: string,
    private readonly server: Server,
    private readonly way: { target: string; transform: Transform },
  ) {}

  static async start(options: {
    readonly target: string;
    readonly transform?: Transform;
  }): Promise<RpcProxy> {
    const way = { target: options.target, transform: options.transform ?? honest };
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    assert(typeof address === 'object' && address !== null, 'the proxy listens');
    const proxy = new RpcProxy(`http://127.0.0.1:${address.port}`, server, way);
    server.on('request', (request, response) => {
      proxy.askedMs.push(Date.now());
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        proxy.answer(Buffer.concat(chunks).toString(), response).catch((error: unknown) => {
          response.writeHead(502).end(String(error));
        });
      });
    });
    return proxy;
  }

  /** What the node makes of the results of the node behind it; absent: nothing. */
  lie(transform: Transform = honest): void {
    this.way.transform = transform;
  }

  /** Puts another node behind the address. */
  moveTo(target: string): void {
    this.way.target = target;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(question: string, response: ServerResponse): Promise<void> {
    const { fault } = this;
    if (fault === 'hang') return;
    if (fault === 'server-error') {
      response.writeHead(500).end('internal error');
      return;
    }
    if (fault === 'too-many') {
      response.writeHead(429, { 'retry-after': String(REST_SECONDS) }).end('too many requests');
      return;
    }
    if (fault === 'html') {
      response.setHeader('content-type', 'text/html').end('<html><body>welcome</body></html>');
      return;
    }
    const body = await forward(this.way.target, question, this.way.transform);
    response.setHeader('content-type', 'application/json');
    if (fault === 'cut-json') response.end(body.slice(0, body.length / 2));
    else if (fault === 'wrong-id') response.end(body.replaceAll(/"id":\d+/g, '"id":987654321'));
    else if (fault === 'reset') {
      response.setHeader('content-length', body.length);
      response.write(body.slice(0, body.length / 2), () => response.destroy());
    } else response.end(body);
  }
}

interface RpcMessage {
  readonly id: number;
  readonly method: string;
  readonly params?: readonly unknown[];
}

interface RpcAnswer {
  readonly id: number;
  readonly result?: unknown;
}

function honest({ result }: ProxiedCall): unknown {
  return result;
}

async function forward(target: string, body: string, transform: Transform): Promise<string> {
  const asked: RpcMessage | RpcMessage[] = JSON.parse(body);
  const response = await fetch(target, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  const answered: RpcAnswer | RpcAnswer[] = JSON.parse(await response.text());
  const calls = new Map([asked].flat().map((message) => [message.id, message]));
  const change = (answer: RpcAnswer): RpcAnswer => {
    const call = calls.get(answer.id);
    if (call === undefined || answer.result === undefined) return answer;
    const { method, params = [] } = call;
    return { ...answer, result: transform({ method, params, result: answer.result }) };
  };
  return JSON.stringify(Array.isArray(answered) ? answered.map(change) : change(answered));
}
