import { Controller, Module, Param, Query } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InvariantViolation, RetryableError } from '#kernel';
import { createLog, Log } from '#observability';
import { APP_OPTIONS, configureApp } from '../configure-app.js';
import { ReconciliationRunning } from './request-errors.js';
import {
  AddressField,
  ChainField,
  ChoiceField,
  IdField,
  LIMIT_DEFAULT,
  LimitField,
  OwnerField,
  Uint256Field,
  WordField,
} from './request-fields.js';
import { ApiText } from './response-fields.js';
import { ReadRoute, RunRoute } from './route.js';

const CHECKSUMMED = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';

class EveryQuery {
  @AddressField({ description: 'a', isOptional: true })
  readonly user?: string;
  @IdField({ description: 'a', isOptional: true })
  readonly id?: number;
  @LimitField()
  readonly limit: number = LIMIT_DEFAULT;
  @Uint256Field({ description: 'a', isOptional: true })
  readonly amount?: string;
  @WordField({ description: 'a', isOptional: true })
  readonly guid?: string;
  @ChainField({ description: 'a', isOptional: true })
  readonly chain?: string;
  @OwnerField({ description: 'a', isOptional: true })
  readonly owner?: string;
  @ChoiceField({ description: 'a', isOptional: true, choices: ['final', 'provisional'] })
  readonly view?: string;
}

class NameParams {
  @IdField({ description: 'a' })
  readonly id!: number;
}

class EchoDto {
  @ApiText()
  readonly text!: string;
}

@Controller({ path: 'probe', version: '1' })
class ProbeController {
  @ReadRoute({
    path: 'query',
    operationId: 'a',
    summary: 'a',
    response: EchoDto,
    takesQuery: true,
  })
  query(@Query() query: EveryQuery): EchoDto {
    return { text: JSON.stringify(query) };
  }

  @ReadRoute({ path: 'item/:id', operationId: 'b', summary: 'b', response: EchoDto })
  item(@Param() { id }: NameParams): EchoDto {
    return { text: String(id) };
  }

  @RunRoute({ path: 'run', operationId: 'c', summary: 'c', response: EchoDto })
  run(): EchoDto {
    return { text: 'ran' };
  }

  @ReadRoute({ path: 'bug', operationId: 'd', summary: 'd', response: EchoDto })
  bug(): EchoDto {
    throw new InvariantViolation('secret detail of a bug');
  }

  @ReadRoute({ path: 'outage', operationId: 'e', summary: 'e', response: EchoDto })
  outage(): EchoDto {
    throw new RetryableError('secret host does not answer');
  }

  @ReadRoute({ path: 'refused', operationId: 'g', summary: 'g', response: EchoDto })
  refused(): EchoDto {
    throw Object.assign(new Error('secret socket'), { code: 'ECONNREFUSED' });
  }

  @ReadRoute({ path: 'busy', operationId: 'f', summary: 'f', response: EchoDto })
  busy(): EchoDto {
    throw new ReconciliationRunning();
  }
}

const logged: string[] = [];

@Module({
  controllers: [ProbeController],
  providers: [
    {
      provide: Log,
      useValue: createLog({
        level: 'info',
        destination: { write: (line: string) => logged.push(line) },
      }),
    },
  ],
})
class ProbeModule {}

let app: NestExpressApplication;

beforeAll(async () => {
  const testing = await Test.createTestingModule({ imports: [ProbeModule] }).compile();
  app = testing.createNestApplication<NestExpressApplication>(APP_OPTIONS);
  configureApp(app);
  await app.init();
});

afterAll(async () => {
  await app.close();
});

const ask = () => request(app.getHttpServer());

async function parsedQuery(query: string): Promise<unknown> {
  const { body } = await ask().get(`/v1/probe/query?${query}`).expect(200);
  return JSON.parse(String(body.text));
}

const deepArray = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

describe('query fields', () => {
  it.each([
    ['', { limit: 50 }],
    [`user=${CHECKSUMMED}`, { limit: 50, user: CHECKSUMMED.toLowerCase() }],
    [`user=${CHECKSUMMED.toLowerCase()}`, { limit: 50, user: CHECKSUMMED.toLowerCase() }],
    ['id=4294967295', { limit: 50, id: 4_294_967_295 }],
    ['limit=200', { limit: 200 }],
    [`amount=${2n ** 256n - 1n}`, { limit: 50, amount: String(2n ** 256n - 1n) }],
    ['amount=0', { limit: 50, amount: '0' }],
    [`guid=0x${'AB'.repeat(32)}`, { limit: 50, guid: `0x${'ab'.repeat(32)}` }],
    ['chain=eip155:900101', { limit: 50, chain: 'eip155:900101' }],
    ['owner=receiver', { limit: 50, owner: 'receiver' }],
    [`owner=${CHECKSUMMED}:7`, { limit: 50, owner: `${CHECKSUMMED.toLowerCase()}:7` }],
    [`owner=${CHECKSUMMED}:7:1`, { limit: 50, owner: `${CHECKSUMMED.toLowerCase()}:7:1` }],
    ['owner=7:3', { limit: 50, owner: '7:3' }],
    ['view=final', { limit: 50, view: 'final' }],
  ])('reads %s', async (query, expected) => {
    expect(await parsedQuery(query)).toEqual(expected);
  });

  it.each([
    ['user', '0x70997970c51812dc3A010C7d01b50e0d17dc79C8'],
    ['user', CHECKSUMMED.toUpperCase()],
    ['user', CHECKSUMMED.slice(0, -1)],
    ['user', `${CHECKSUMMED}%00`],
    ['user', `${CHECKSUMMED}%20`],
    ['user', 'alice.eth'],
    ['user', ''],
    ['id', '0'],
    ['id', '-1'],
    ['id', '1e3'],
    ['id', '0x10'],
    ['id', '%2B1'],
    ['id', '+1'],
    ['id', '01'],
    ['id', '1.0'],
    ['id', '4294967296'],
    ['id', '9007199254740993'],
    ['id', '٣'],
    ['limit', '0'],
    ['limit', '201'],
    ['limit', '1000000000'],
    ['amount', String(2n ** 256n)],
    ['amount', '9'.repeat(400)],
    ['amount', '-1'],
    ['guid', `0x${'ab'.repeat(31)}`],
    ['guid', `0X${'ab'.repeat(32)}`],
    ['chain', 'Hub'],
    ['chain', 'eip155:0'],
    ['owner', `${CHECKSUMMED.toUpperCase()}:1`],
    ['owner', `${CHECKSUMMED}:3:4`],
    ['owner', '3:0'],
    ['owner', '../etc'],
    ['view', 'FINAL'],
  ])('refuses %s=%s and names the field', async (field, value) => {
    const query = `${field}=${value.startsWith('%') || value.includes('%') ? value : encodeURIComponent(value)}`;
    const { body, type, status } = await ask().get(`/v1/probe/query?${query}`);
    expect({ status, type }).toEqual({ status: 400, type: 'application/problem+json' });
    expect(body.code).toBe('request.invalid');
    expect(body.errors.map((error: { field: string }) => error.field)).toEqual([field]);
  });

  it('names every refused field at once', async () => {
    const { body } = await ask().get('/v1/probe/query?limit=0&user=x&extra=1').expect(400);
    expect(body.errors.map((error: { field: string }) => error.field).toSorted()).toEqual([
      'extra',
      'limit',
      'user',
    ]);
  });

  it.each([
    'limit=1&limit=2',
    'limit[]=1',
    'limit[a]=1',
    '__proto__=1',
    'constructor=1',
    'toString=1',
    'a.b=1',
  ])('refuses %s', async (query) => {
    const { body } = await ask().get(`/v1/probe/query?${query}`).expect(400);
    expect(body.code).toBe('request.invalid');
  });
});

describe('refusals', () => {
  it('refuses query parameters on a route without any', async () => {
    const { body } = await ask().get('/v1/probe/item/1?view=final').expect(400);
    expect(body.errors).toEqual([{ field: 'view', message: 'is not a known parameter' }]);
  });

  it('answers malformed percent-encoding with 400', async () => {
    const { body, type } = await ask().get('/v1/probe/item/%zz').expect(400);
    expect(type).toBe('application/problem+json');
    expect(body.code).toBe('request.malformed');
  });

  it('tells an unknown route from a wrong method', async () => {
    expect((await ask().get('/v1/nothing').expect(404)).body.code).toBe('route.not-found');
    const { body, headers } = await ask().delete('/v1/probe/item/1').expect(405);
    expect(body.code).toBe('route.method');
    expect(headers['allow']).toBe('GET');
  });

  it.each([
    { what: 'not JSON', text: '{"a":', status: 400, code: 'request.malformed' },
    { what: 'a number', text: '5', status: 400, code: 'request.malformed' },
    { what: 'an array', text: '[]', status: 400, code: 'request.invalid' },
    { what: 'unknown fields', text: '{"a":1}', status: 400, code: 'request.invalid' },
    { what: 'prototype keys', text: '{"__proto__":{}}', status: 400, code: 'request.invalid' },
    { what: 'deep', text: deepArray(10_000), status: 400, code: 'request.invalid' },
    { what: 'huge', text: `"${'x'.repeat(100_000)}"`, status: 413, code: 'request.too-large' },
  ])('refuses a body that is $what', async ({ text, status, code }) => {
    const { body } = await ask()
      .post('/v1/probe/run')
      .set('content-type', 'application/json')
      .send(text)
      .expect(status);
    expect(body.code).toBe(code);
  });

  it('refuses another media type and an unknown encoding', async () => {
    const plain = await ask()
      .post('/v1/probe/run')
      .set('content-type', 'text/plain')
      .send('{}')
      .expect(415);
    expect(plain.body.code).toBe('request.media-type');
    const packed = await ask()
      .post('/v1/probe/run')
      .set('content-type', 'application/json')
      .set('content-encoding', 'zip')
      .send('{}')
      .expect(415);
    expect(packed.body.code).toBe('request.media-type');
  });

  it('accepts no body and an empty object', async () => {
    expect((await ask().post('/v1/probe/run').expect(200)).body).toEqual({ text: 'ran' });
    expect((await ask().post('/v1/probe/run').send({}).expect(200)).body).toEqual({ text: 'ran' });
  });

  it('hides the cause of a bug and logs it under the id in the answer', async () => {
    const { body, text } = await ask().get('/v1/probe/bug').expect(500);
    expect(body.code).toBe('internal');
    expect(text).not.toContain('secret');
    const line = logged.find((one) => one.includes(String(body.instance)));
    expect(line).toContain('secret detail of a bug');
  });

  it('answers an outage with 503 and a conflict with 409', async () => {
    for (const path of ['/v1/probe/outage', '/v1/probe/refused']) {
      const outage = await ask().get(path).expect(503);
      expect(outage.body.code).toBe('unavailable');
      expect(outage.text).not.toContain('secret');
    }
    expect((await ask().get('/v1/probe/busy').expect(409)).body.code).toBe(
      'reconciliation.running',
    );
  });
});

it('gives browsers nothing to guess', async () => {
  const { headers } = await ask().get('/v1/probe/item/1').expect(200);
  expect(headers['x-content-type-options']).toBe('nosniff');
  expect(headers).not.toHaveProperty('x-powered-by');
});
