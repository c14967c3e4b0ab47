import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { runCli } from './run-cli.js';

const servers: Server[] = [];

afterEach(async () => {
  await Promise.all(
    servers.splice(0).map(
      (server) =>
        new Promise((resolve) => {
          server.close(resolve);
          server.closeAllConnections();
        }),
    ),
  );
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // An IP server has an address object while it listens.
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}

/** Answers every request with `body` and remembers what was asked. */
async function stub(body: unknown, status = 200): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const url = await serve((request, response) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  return { url, asked };
}

async function headwater(
  ...args: readonly string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCli({
    args,
    stdout: { isTty: false, write: (text) => out.push(text) },
    stderr: { isTty: false, write: (text) => err.push(text) },
  });
  return { code, stdout: out.join(''), stderr: err.join('') };
}

const problem = {
  type: 'urn:headwater:problem:epoch.unknown',
  title: 'Not Found',
  status: 404,
  code: 'epoch.unknown',
  detail: 'Epoch 9 is not decided.',
  instance: '/v1/epochs/9',
};

const reconciliation = (ok: boolean) => ({
  ok,
  outcome: ok ? 'equal' : 'different',
  comparedPairs: 3,
  ledgerVerified: true,
  chains: [
    {
      chainKey: 'alpha',
      block: 120,
      comparedPairs: 3,
      comparedStates: 5,
      driftWei: ok ? '0' : '5',
      differences: ok
        ? []
        : [
            {
              what: 'reward',
              field: null,
              chainKey: 'alpha',
              farmId: 2,
              user: `0x${'aa'.repeat(20)}`,
              ledger: '105',
              chain: '100',
              accountId: 41,
              journalId: 977,
            },
          ],
    },
  ],
});

describe('exit code 0', () => {
  it('prints what a list holds and passes the filters on', async () => {
    const { url, asked } = await stub({ items: [], rewardToken: { symbol: 'HWT', decimals: 18 } });
    const run = await headwater('farms', '--chain', 'alpha', '--api', url);
    expect(run).toEqual({ code: 0, stdout: 'No farm is registered yet.\n', stderr: '' });
    expect(asked).toEqual(['GET /v1/farms?chain=alpha&view=final']);
  });

  it('prints the answer unchanged with --json', async () => {
    const body = { items: [{ guid: '0x1', nested: { amount: '1000000000000000000000' } }] };
    const { url } = await stub(body);
    const run = await headwater('messages', 'list', '--json', '--api', url);
    expect(run.code).toBe(0);
    expect(JSON.parse(run.stdout)).toEqual(body);
  });

  it('shows help and the version of the exit codes', async () => {
    const run = await headwater('--help');
    expect(run.code).toBe(0);
    expect(run.stdout).toContain('3  the API cannot be reached');
  });
});

describe('exit code 1', () => {
  it('names account and journal when the ledger is off', async () => {
    const { url, asked } = await stub(reconciliation(false));
    const run = await headwater('ledger', 'reconcile', '--api', url);
    expect(run.code).toBe(1);
    expect(asked).toEqual(['POST /v1/reconciliations']);
    expect(run.stdout).toMatch(/reward +alpha +2 +0x(aa){20} +105 +100 +41 +977\n/);
    expect(run.stdout).toContain('does NOT equal');
  });

  it('is 0 when the ledger is in step', async () => {
    const { url } = await stub(reconciliation(true));
    expect((await headwater('ledger', 'reconcile', '--api', url)).code).toBe(0);
  });

  it('is no success to have compared nothing', async () => {
    const sentence = 'Nothing is posted on chain alpha yet: start the worker and try again.';
    const chains = [{ chainKey: 'alpha', driftWei: null, notCompared: sentence, differences: [] }];
    const nothing = { ok: false, outcome: 'not-compared', comparedPairs: 0, ledgerVerified: true };
    const { url } = await stub({ ...nothing, chains, problems: [sentence] });
    const run = await headwater('ledger', 'reconcile', '--api', url);
    expect(run.code).toBe(1);
    expect(run.stdout).toContain(sentence);
    expect(run.stdout).toContain('nothing was compared yet');
    expect(run.stdout).not.toContain('does NOT equal');
  });

  it('is no success to have compared some of the chains only', async () => {
    const sentence = 'Chain beta cannot be read.';
    const equal = reconciliation(true);
    const beta = { chainKey: 'beta', driftWei: null, notCompared: sentence, differences: [] };
    const part = { ...equal, ok: false, outcome: 'not-compared', chains: [...equal.chains, beta] };
    const { url } = await stub({ ...part, problems: [sentence] });
    const run = await headwater('ledger', 'reconcile', '--api', url);
    expect(run.code).toBe(1);
    expect(run.stdout).toContain(sentence);
    expect(run.stdout).toContain('Not every chain was compared');
  });

  it('names the first broken journal', async () => {
    const firstBad = { journalId: 12, businessKey: 'log:1:2', reason: 'hash differs' };
    const { url } = await stub({ ok: false, journals: 20, firstBad });
    const run = await headwater('ledger', 'verify', '--api', url);
    expect(run.code).toBe(1);
    expect(run.stdout).toContain('hash differs');
  });

  it('tells a service that is not well from one that cannot be reached', async () => {
    const { url } = await stub({ status: 'down', database: { status: 'down' }, chains: [] }, 503);
    const run = await headwater('status', '--api', url);
    expect(run.code).toBe(1);
    expect(run.stdout).toContain('status    down');
  });
});

describe('what a command asks for', () => {
  it.each([
    [['rewards', `0x${'0b'.repeat(20)}`], `/v1/rewards/0x${'0b'.repeat(20)}`],
    [
      ['rewards', `0x${'0b'.repeat(20)}`, '--chain', 'alpha', '--at-block', '7'],
      `/v1/rewards/0x${'0b'.repeat(20)}/at?chain=alpha&atBlock=7`,
    ],
    [
      ['statement', `0x${'0b'.repeat(20)}`, '--from-epoch', '2', '--to-blocks', 'hub:9'],
      `/v1/statements/0x${'0b'.repeat(20)}?fromEpoch=2&toBlocks=hub%3A9`,
    ],
    [['statement', `0x${'0b'.repeat(20)}`, '--csv'], `/v1/statements/0x${'0b'.repeat(20)}/csv`],
  ])('%j', async (args, path) => {
    const { url, asked } = await stub({});
    const run = await headwater(...args, '--api', url);
    expect([run.code, asked]).toEqual([0, [`GET ${path}`]]);
  });
});

describe('exit code 2', () => {
  it.each([
    ['epoch', 'show', '1e3'],
    ['rewards', `0x${'0b'.repeat(20)}`, '--at-block', '7'],
    ['ledger', 'verify', '--root', `0x${'5'.repeat(64)}`],
    ['epoch', 'show', '007'],
    ['epoch', 'show', '-1'],
    ['epoch', 'recompute', '4294967296'],
    ['rewards', '0x12'],
    ['messages', 'show', '0xzz'],
    ['farms', '--colour'],
    ['farms', 'extra'],
    ['nothing'],
    ['status', '--api', 'ftp://example.org'],
    ['messages', 'list', '--limit', '0'],
  ])('for %s %s %s %s', async (...args) => {
    const run = await headwater(...args);
    expect(run.code).toBe(2);
    expect(run.stdout).toBe('');
    expect(run.stderr).not.toBe('');
  });

  it('repeats the sentence and the code of a refusal', async () => {
    const { url } = await stub(problem, 404);
    const run = await headwater('epoch', 'show', '9', '--api', url);
    expect(run.code).toBe(2);
    expect(run.stderr).toBe('headwater: Epoch 9 is not decided. (epoch.unknown)\n');
  });

  it('reports a refusal as JSON with --json', async () => {
    const { url } = await stub(problem, 404);
    const run = await headwater('--json', 'epoch', 'show', '9', '--api', url);
    expect(JSON.parse(run.stderr)).toEqual({
      error: { code: 'epoch.unknown', message: 'Epoch 9 is not decided. (epoch.unknown)' },
    });
  });
});

describe('exit code 3', () => {
  it('says what to do when nothing answers', async () => {
    const url = await serve(() => undefined);
    await new Promise((resolve) => servers.splice(0)[0]?.close(resolve));
    const run = await headwater('status', '--api', url);
    expect(run.code).toBe(3);
    expect(run.stderr).toBe(
      `headwater: No API answers at ${url}. Start it (npm run demo, or the api app), ` +
        'or name its address with --api or HEADWATER_API_URL.\n',
    );
  });

  it('notices that something else answers', async () => {
    const url = await serve((_request, response) => response.end('<html>'));
    expect((await headwater('farms', '--api', url)).code).toBe(3);
  });

  it('notices an answer of another shape', async () => {
    const { url } = await stub({ items: [{ chainKey: 5 }] });
    expect((await headwater('farms', '--api', url)).code).toBe(3);
  });

  it('points to the log when the API fails', async () => {
    const instance = 'urn:uuid:1';
    const { url } = await stub({ ...problem, status: 500, code: 'internal', instance }, 500);
    const run = await headwater('farms', '--api', url);
    expect(run.code).toBe(3);
    expect(run.stderr).toContain(instance);
  });
});
