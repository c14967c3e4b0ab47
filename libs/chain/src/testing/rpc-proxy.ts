import { createServer, type Server } from 'node:http';
import { assert } from '#kernel';

/** One call that passes through the proxy, with the node's result. */
export interface ProxiedCall {
  readonly method: string;
  readonly params: readonly unknown[];
  readonly result: unknown;
}

/** A node in front of a node that may lie: it answers with what `transform` makes of a result. */
export class RpcProxy {
  private constructor(
    readonly url: string,
    private readonly server: Server,
  ) {}

  static async start(options: {
    readonly target: string;
    readonly transform: (call: ProxiedCall) => unknown;
  }): Promise<RpcProxy> {
    const { target, transform } = options;
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        forward(target, Buffer.concat(chunks).toString(), transform).then(
          (body) => response.setHeader('content-type', 'application/json').end(body),
          (error: unknown) => response.writeHead(502).end(String(error)),
        );
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    assert(typeof address === 'object' && address !== null, 'the proxy listens');
    return new RpcProxy(`http://127.0.0.1:${address.port}`, server);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
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

async function forward(
  target: string,
  body: string,
  transform: (call: ProxiedCall) => unknown,
): Promise<string> {
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
