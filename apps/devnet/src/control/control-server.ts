import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { DomainError, type Hex } from '#kernel';
import { accountOf, type DevAccount, ROLES } from '../accounts.js';
import type { Reorg } from '../chains/reorg.js';
import type { DeploymentFile } from '../deploy/deployment-file.js';
import type { ChainKey } from '../topology.js';
import type { FaultChange, Path } from '../worker/faults.js';
import type { TrackedMessage } from '../worker/tracked-message.js';
import { BadRequest, parseFaults, parseHalt, parseReorg, parseRetry } from './bodies.js';
import { messageView } from './message-view.js';

const HOST = '127.0.0.1';
const BODY_BYTES_MAX = 65_536;

/** What the control server can ask of a running devnet. */
export interface ControlTarget {
  deployment(): DeploymentFile;
  messages(): readonly TrackedMessage[];
  faults(): unknown;
  changeFaults(change: FaultChange, path: Path | undefined): void;
  retry(guid: Hex, gas: bigint | undefined): Promise<TrackedMessage>;
  reorg(options: {
    readonly chain: ChainKey;
    readonly depth: number;
    readonly keepTransactions: boolean;
  }): Promise<Reorg>;
  setHalted(chain: ChainKey, isHalted: boolean): Promise<void>;
  /** Begins to stop; the answer is sent before. */
  requestStop(): void;
}

type Handler = (target: ControlTarget, body: unknown) => unknown;

const ROUTES: Readonly<Record<string, Handler>> = {
  'GET /deployment': (target) => target.deployment(),
  'GET /accounts': () => accountsView(),
  'GET /messages': (target) => target.messages().map((message) => messageView(message)),
  'GET /faults': (target) => target.faults(),
  'POST /faults': (target, body) => {
    const { change, path } = parseFaults(body);
    target.changeFaults(change, path);
    return target.faults();
  },
  'POST /retry': async (target, body) => {
    const { guid, gas } = parseRetry(body);
    return messageView(await target.retry(guid, gas));
  },
  'POST /reorg': (target, body) => target.reorg(parseReorg(body)),
  'POST /halt': async (target, body) => {
    const { chain, halted } = parseHalt(body);
    await target.setHalted(chain, halted);
    return { chain, halted };
  },
  'POST /stop': (target) => {
    target.requestStop();
    return { stopping: true };
  },
};

/** Steers a running devnet over HTTP. Listens on this machine only: it gives away private keys. */
export class ControlServer {
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  /** Listens on a free port. */
  static start(target: ControlTarget): Promise<ControlServer> {
    const server = createServer((request, response) => {
      void answer(target, request, response);
    });
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, HOST, () => {
        const address = server.address();
        if (address === null || typeof address === 'string') {
          reject(new Error('the control server has no port'));
          return;
        }
        resolve(new ControlServer(server, `http://${HOST}:${address.port}`));
      });
    });
  }

  /** Resolves when no request is being answered any more. */
  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.server.close(() => resolve());
    });
    this.server.closeIdleConnections();
    await closed;
  }
}

async function answer(
  target: ControlTarget,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = new URL(request.url ?? '/', `http://${HOST}`).pathname;
  const handler = ROUTES[`${request.method} ${path}`];
  try {
    if (handler === undefined) throw new UnknownRoute(`${request.method} ${path}`);
    const body = request.method === 'POST' ? await readBody(request) : undefined;
    send(response, 200, await handler(target, body));
  } catch (error) {
    const { status, code, message } = describe(error);
    send(response, status, { code, message });
  }
}

/** There is no such route. */
class UnknownRoute extends DomainError {
  override readonly code = 'devnet.unknown-route';

  constructor(route: string) {
    super(`${route} does not exist; known: ${Object.keys(ROUTES).join(', ')}`);
  }
}

function describe(error: unknown): { status: number; code: string; message: string } {
  if (error instanceof UnknownRoute)
    return { status: 404, code: error.code, message: error.message };
  if (error instanceof BadRequest) return { status: 400, code: error.code, message: error.message };
  if (error instanceof DomainError)
    return { status: 409, code: error.code, message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  return { status: 500, code: 'devnet.failed', message };
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(`${JSON.stringify(body)}\n`);
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) throw new BadRequest('the body is not bytes');
    size += chunk.length;
    if (size > BODY_BYTES_MAX) throw new BadRequest(`the body exceeds ${BODY_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  if (size === 0) return {};
  try {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    return body;
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new BadRequest(`the body is not JSON: ${error.message}`);
    throw error;
  }
}

function accountsView(): Readonly<Record<string, DevAccount>> {
  return Object.fromEntries(ROLES.map((role) => [role, accountOf(role)]));
}
