import { afterAll, describe, expect, it, vi } from 'vitest';
import { startApi } from './api-app.js';
import { type Operation, operationsOf, urlOf } from './api-operations.js';
import { isObject, listAt, objectAt, textOf, violationsOf } from './api-schema.js';

const api = await startApi();
const { document } = api;
const operations = operationsOf(document);
const CSV = 'text/csv';

afterAll(async () => {
  await api.close();
});

async function read(path: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${api.url}${path}`);
  const text = await response.text();
  const isCsv = response.headers.get('content-type')?.startsWith(CSV) === true;
  return { status: response.status, body: isCsv ? text : JSON.parse(text) };
}

function noObject(body: unknown): string {
  return typeof body === 'string' ? 'answered' : 'nothing';
}

/** What an operation answers with when it does not refuse. */
function typeOf(operation: Operation): string {
  return schemaOf(operation.responses['200'], CSV) === undefined ? 'application/json' : CSV;
}

describe('the document', () => {
  it('is OpenAPI 3.1 and says nullable the way 3.1 does', () => {
    expect(objectAt({ document }, 'document')['openapi']).toBe('3.1.0');
    expect(JSON.stringify(document)).not.toContain('"nullable"');
  });

  it('has exactly the routes that are served', () => {
    expect(operations.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual(
      servedRoutes().toSorted(),
    );
  });

  it('names every operation once', () => {
    const names = operations.map(({ operationId }) => operationId);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^[a-z][A-Za-z]+$/.test(name))).toEqual([]);
  });

  it('describes an answer and a problem of every operation', () => {
    const incomplete = operations.filter((operation) => {
      const { responses } = operation;
      const ok = schemaOf(responses['200'], typeOf(operation));
      const problem = schemaOf(responses['default'], 'application/problem+json');
      return ok === undefined || problem === undefined;
    });
    expect(incomplete.map(({ operationId }) => operationId)).toEqual([]);
  });
});

describe('an empty database', () => {
  const reads = operations.filter(({ method }) => method === 'GET');

  it.each(reads.map((operation) => ({ path: operation.path, operation })))(
    'GET $path answers as documented',
    async ({ operation }) => {
      const { status, body } = await read(urlOf(operation));
      const isList = operation.parameters.every(({ place }) => place === 'query');
      const code = isObject(body) ? textOf(body['code'] ?? 'answered') : noObject(body);
      const mayBeUnknown = !isList || operation.path.endsWith('/latest');
      expect(code).toMatch(mayBeUnknown ? /^answered$|\.unknown$/ : /^answered$/);
      const response = operation.responses[String(status)];
      const type = status === 200 ? typeOf(operation) : 'application/problem+json';
      const schema = schemaOf(response, type);
      expect(violationsOf({ document, schema, value: body })).toEqual([]);
    },
  );

  it('accepts every documented query parameter', async () => {
    const refused: string[] = [];
    for (const operation of reads) {
      for (const { name, place, sample } of operation.parameters) {
        if (place === 'path' || name === 'before' || name === 'farmId') continue;
        const url = urlOf(operation, { [name]: sample });
        const { status, body } = await read(url);
        if (status >= 400 && status !== 404) refused.push(`${url}: ${JSON.stringify(body)}`);
      }
    }
    expect(refused).toEqual([]);
  });
});

describe('health', () => {
  it('is degraded, not down, while no chain answers', async () => {
    const { status, body } = await read('/v1/health/ready');
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'degraded', database: { status: 'ok', lastError: null } });
    expect(listAt(body, 'chains')).toHaveLength(2);
    for (const chain of listAt(body, 'chains')) {
      expect(chain).toMatchObject({ status: 'unreachable', headBlock: null, indexedBlock: null });
    }
  });

  it.each([
    ['fails', () => Promise.reject(new Error('secret database is gone'))],
    ['hangs', () => new Promise<never>(() => undefined)],
  ])(
    'is down, in time and without a reason of ours, when the database %s',
    async (_how, answer) => {
      vi.spyOn(api.database.dataSource, 'query').mockImplementationOnce(answer);
      const startedAt = performance.now();
      const { status, body } = await read('/v1/health/ready');
      expect(performance.now() - startedAt).toBeLessThan(2_000);
      expect(status).toBe(503);
      expect(body).toMatchObject({ status: 'down', database: { status: 'down' } });
      expect(JSON.stringify(body)).not.toContain('secret');
    },
  );

  it('never says where the endpoints of a chain are', async () => {
    const { body } = await read('/v1/health/ready');
    expect(JSON.stringify(body)).not.toMatch(/http|127\.0\.0\.1/);
  });
});

describe('chains', () => {
  it('lists the deployment without its endpoints', async () => {
    const { body } = await read('/v1/chains');
    expect(listAt(body, 'items')).toHaveLength(2);
    expect(JSON.stringify(body)).not.toContain('http');
  });

  it.each(['hub', '900101', 'eip155:900101'])('finds a chain by %s', async (name) => {
    expect((await read(`/v1/farms?chain=${name}`)).status).toBe(200);
  });

  it('does not know other chains', async () => {
    const { status, body } = await read('/v1/farms?chain=1');
    expect(status).toBe(404);
    expect(body).toMatchObject({ code: 'chain.unknown' });
  });
});

it('names a field that needs another one', async () => {
  const { status, body } = await read('/v1/positions?farmId=1');
  expect(status).toBe(400);
  expect(body).toMatchObject({ errors: [{ field: 'farmId', message: 'needs chain' }] });
});

function schemaOf(response: unknown, type: string): unknown {
  return objectAt(objectAt(response, 'content'), type)['schema'];
}

/** What the router answers under /v1, in the words of the document. */
function servedRoutes(): readonly string[] {
  const { stack } = api.app.getHttpAdapter().getInstance().router as { stack: unknown[] };
  return stack.flatMap((layer) => {
    const route = objectAt(layer, 'route');
    const path = textOf(route['path'] ?? '');
    if (!path.startsWith('/v1')) return [];
    const documented = path.replaceAll(/:(\w+)/g, '{$1}');
    return Object.keys(objectAt(route, 'methods')).map(
      (method) => `${method.toUpperCase()} ${documented}`,
    );
  });
}
