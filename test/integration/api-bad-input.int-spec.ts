import { afterAll, describe, expect, it } from 'vitest';
import { startApi } from './api-app.js';
import { type Operation, operationsOf, type ParameterKind, urlOf } from './api-operations.js';
import { isObject } from './api-schema.js';

const REFUSALS = [400, 404, 405, 409, 413, 415];
const ANSWER_MS_MAX = 2_000;
const BODY_BYTES_MAX = 100_000;

/** Refused by every parameter of every kind. */
const JUNK = [
  ' ',
  '\u0000',
  '\n',
  '\u202e',
  '-1',
  '+1',
  ' 1',
  '1 ',
  '1e3',
  '0x10',
  '1.5',
  '1,000',
  '007',
  'NaN',
  'Infinity',
  '９',
  '{}',
  '[]',
  '["1"]',
  '../../etc/passwd',
  "1' OR '1'='1",
  '1;DROP TABLE journal',
  '<script>alert(1)</script>',
  '${7*7}',
  '=1+1',
  '\u{1F600}',
  'x'.repeat(5_000),
  '9'.repeat(400),
  'raw:%zz',
  'raw:%',
  'raw:%c0%ae%c0%ae',
  'raw:%00',
] as const;

const ADDRESS = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';

/** Refused by the parameters of one kind. */
const JUNK_BY_KIND: Readonly<Record<ParameterKind, readonly string[]>> = {
  address: [
    'null',
    'alice.eth',
    ADDRESS.replace('dc3A', 'Dc3A'),
    ADDRESS.toUpperCase(),
    ADDRESS.replace('0x', '0X'),
    ADDRESS.replace('0x', ''),
    ADDRESS.slice(0, -1),
    `${ADDRESS}0`,
    `${ADDRESS} `,
    `${ADDRESS}\n`,
    `raw:${ADDRESS}%00`,
    ADDRESS.replace('C', '\u0421'),
    `eip155:1:${ADDRESS}`,
  ],
  word: ['null', '0x', `0x${'ab'.repeat(31)}`, `0x${'ab'.repeat(33)}`, `0X${'ab'.repeat(32)}`],
  integer: ['null', '0', String(2 ** 53), '1_000', '0b1'],
  choice: ['null', 'FINAL', 'final,provisional', 'toString', '__proto__'],
  uint256: ['null', String(2n ** 256n), '0x0'],
  name: ['HUB', 'hub/', 'eip155:0', 'eip155:', '__proto__', 'no such chain'],
};

const BODIES: readonly { readonly what: string; readonly text: string; readonly type?: string }[] =
  [
    { what: 'not JSON', text: '{"a"' },
    { what: 'two values', text: '{} {}' },
    { what: 'a text', text: '"x"' },
    { what: 'null', text: 'null' },
    { what: 'a list', text: '[{}]' },
    { what: 'unknown fields', text: '{"chain":"hub"}' },
    { what: 'duplicate keys', text: '{"a":1,"a":2}' },
    { what: 'a prototype', text: '{"__proto__":{"isAdmin":true}}' },
    { what: 'a constructor', text: '{"constructor":{"prototype":{"a":1}}}' },
    { what: 'deep nesting', text: '['.repeat(10_000) + ']'.repeat(10_000) },
    { what: 'too long', text: `{"a":"${'x'.repeat(BODY_BYTES_MAX)}"}` },
    { what: 'a form', text: 'a=1', type: 'application/x-www-form-urlencoded' },
    { what: 'plain text', text: '{}', type: 'text/plain' },
    { what: 'no known charset', text: '{"a":1}', type: 'application/json; charset=klingon' },
  ];

const api = await startApi();
const operations = operationsOf(api.document).map((operation) => ({
  ...operation,
  title: `${operation.method} ${operation.path}`,
}));

afterAll(async () => {
  await api.close();
});

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly type: string;
  readonly tookMs: number;
}

async function ask(method: string, url: string, init: RequestInit = {}): Promise<Answer> {
  const startedAt = performance.now();
  const response = await fetch(`${api.url}${url}`, { ...init, method });
  const text = await response.text();
  return {
    status: response.status,
    text,
    type: response.headers.get('content-type') ?? '',
    tookMs: performance.now() - startedAt,
  };
}

/** What is wrong with a refusal, or nothing. */
function faultsOf(answer: Answer, statuses: readonly number[] = REFUSALS): readonly string[] {
  const { status, text, type, tookMs } = answer;
  if (!statuses.includes(status)) return [`status ${status}: ${text.slice(0, 200)}`];
  const problem: unknown = JSON.parse(text);
  const code = isObject(problem) ? problem['code'] : undefined;
  return [
    ...(type.startsWith('application/problem+json') ? [] : [`type ${type}`]),
    ...(typeof code === 'string' && /^[a-z]+(\.[a-z-]+)?$/.test(code)
      ? []
      : [`code ${String(code)}`]),
    ...(isObject(problem) && problem['status'] === status ? [] : ['status in the body differs']),
    ...(tookMs <= ANSWER_MS_MAX ? [] : [`took ${tookMs} ms`]),
    ...(/node_modules|\.ts:\d|\bat .*:\d+:\d+|SELECT|postgres|127\.0\.0\.1:1\b/.test(text)
      ? [`tells too much: ${text.slice(0, 200)}`]
      : []),
  ];
}

async function expectRefused(
  requests: readonly { readonly url: string; readonly init?: RequestInit }[],
  operation: Operation,
): Promise<void> {
  const faults: string[] = [];
  for (const { url, init } of requests) {
    const answer = await ask(operation.method, url, init);
    faults.push(...faultsOf(answer).map((fault) => `${url.slice(0, 200)}: ${fault}`));
  }
  expect(faults).toEqual([]);
}

describe.each(operations)('$title', (operation) => {
  it('refuses a wrong value in each of its parameters', async () => {
    const requests = operation.parameters.flatMap(({ name, kind }) =>
      [...JUNK, ...JUNK_BY_KIND[kind]].map((value) => ({
        url: urlOf(operation, { [name]: value }),
      })),
    );
    await expectRefused(requests, operation);
  });

  it('refuses an empty query parameter', async () => {
    const names = operation.parameters.filter(({ place }) => place === 'query');
    await expectRefused(
      names.map(({ name }) => ({ url: urlOf(operation, { [name]: '' }) })),
      operation,
    );
  });

  it('refuses unknown, repeated and nested query parameters', async () => {
    const url = urlOf(operation);
    const join = url.includes('?') ? '&' : '?';
    const names = operation.parameters.filter(({ place }) => place === 'query');
    const queries = [
      'unknown=1',
      'Limit=1',
      '__proto__=1',
      'constructor=1',
      'prototype=1',
      '__proto__[isAdmin]=1',
      'toString=1',
      '%00=1',
      ...names.flatMap(({ name, sample }) => [
        `${name}=${sample}&${name}=${sample}`,
        `${name}[]=${sample}`,
        `${name}[0]=${sample}`,
        `${name}[a]=${sample}`,
      ]),
    ];
    await expectRefused(
      queries.map((query) => ({ url: `${url}${join}${query}` })),
      operation,
    );
  });

  it('refuses other methods and says which it knows', async () => {
    const same = operations.filter(({ path }) => path === operation.path);
    const known = new Set(same.map(({ method }) => method));
    const others = ['POST', 'PUT', 'PATCH', 'DELETE'].filter((method) => !known.has(method));
    for (const method of others) {
      expect(faultsOf(await ask(method, urlOf(operation)), [405])).toEqual([]);
    }
  });

  it('refuses bodies it does not take', async () => {
    if (operation.method === 'GET') return;
    const requests = BODIES.map(({ text, type = 'application/json' }) => ({
      url: urlOf(operation),
      init: { body: text, headers: { 'content-type': type } },
    }));
    await expectRefused(requests, operation);
  });
});

describe('routes that do not exist', () => {
  it.each(['/', '/v1', '/v1/', '/v2/farms', '/v1/farm', '/v1/farms/hub', '/v1//farms', '/v1/%zz'])(
    '%s',
    async (path) => {
      expect(faultsOf(await ask('GET', path), [400, 404])).toEqual([]);
    },
  );

  it('a path of 8 000 characters', async () => {
    expect(faultsOf(await ask('GET', `/v1/${'a'.repeat(8_000)}`), [404])).toEqual([]);
  });
});
