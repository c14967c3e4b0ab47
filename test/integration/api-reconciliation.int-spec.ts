import { afterAll, describe, expect, it, vi } from 'vitest';
import { type ReconcileReport, ReconcileService } from '#reconcile';
import { RetryableError, toChainId, toFarmId } from '#kernel';
import { startApi } from './api-app.js';
import { listAt, objectAt, violationsOf } from './api-schema.js';

const USER = `0x${'aa'.repeat(20)}` as const;
const TOKEN = `0x${'11'.repeat(20)}` as const;
const api = await startApi();
const reconcile = api.app.get(ReconcileService);

afterAll(async () => {
  await api.close();
});

/** A run that found one position five wei off and a token minted out of nothing. */
function aReport(): ReconcileReport {
  const supply = {
    chainKey: 'alpha',
    block: 130,
    totalSupply: 7n,
    sent: 0n,
    received: 0n,
    minted: 7n,
    backing: null,
  };
  return {
    id: 12,
    ok: false,
    outcome: 'different',
    mode: 'sampled',
    seed: 'c0ffee',
    comparedPairs: 1,
    comparedProjections: 0,
    driftWei: 5n,
    chains: [
      {
        chainId: toChainId(900_231),
        chainKey: 'alpha',
        block: 130,
        blockHash: `0x${'ab'.repeat(32)}`,
        postedBlock: 130,
        comparedPairs: 1,
        comparedStates: 2,
        comparedProjections: 0,
        driftWei: 5n,
        differences: [
          {
            what: 'reward',
            field: null,
            block: 120,
            farmId: toFarmId(2),
            user: USER,
            ledger: 105n,
            chain: 100n,
            accountId: 41,
            journalId: 977,
            divergence: {
              afterBlock: 110,
              block: 115,
              isExact: true,
              journalId: 977,
              log: null,
              sentence: 'Journal 977 is not what was written.',
            },
          },
        ],
        supply,
        selection: { mode: 'sampled', total: 9_000, changed: 1, drawn: 0 },
        verifiedBlock: 100,
        notCompared: null,
      },
    ],
    supply: { initial: 0n, total: 7n, inFlight: 0n, difference: 7n, ok: false, chains: [supply] },
    trialBalance: [
      { chainId: toChainId(900_231), asset: TOKEN, debits: 1n, credits: 1n, difference: 0n },
    ],
    ledgerVerified: true,
    verification: { ok: true, journals: 3, postings: 6 },
  };
}

async function ask(
  method: 'GET' | 'POST',
  path = '',
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${api.url}/v1/reconciliations${path}`, { method });
  return { status: response.status, body: objectAt({ body: await response.json() }, 'body') };
}

describe('POST /v1/reconciliations', () => {
  it('answers as documented, and the run is the latest one', async () => {
    const { status, body } = await ask('POST');
    expect(status).toBe(200);
    const operation = objectAt(
      objectAt(objectAt(api.document, 'paths'), '/v1/reconciliations'),
      'post',
    );
    const response = objectAt(objectAt(operation, 'responses'), '200');
    const { schema } = objectAt(objectAt(response, 'content'), 'application/json');
    expect(violationsOf({ document: api.document, schema, value: body })).toEqual([]);
    const latest = await ask('GET', '/latest');
    expect(latest.body).toEqual({ ...body, finishedAt: latest.body['finishedAt'] });
  });

  it('names account and journal of a difference, and says what else is wrong', async () => {
    vi.spyOn(reconcile, 'run').mockResolvedValueOnce(aReport());
    const { body } = await ask('POST');
    const run = { id: 12, ok: false, driftWei: '5', mode: 'sampled', seed: 'c0ffee' };
    expect(body).toMatchObject(run);
    expect(listAt(listAt(body, 'chains')[0], 'differences')).toEqual([
      {
        what: 'reward',
        field: null,
        chainKey: 'alpha',
        block: 120,
        farmId: 2,
        user: USER,
        subject: null,
        account: `${USER}, farm 2 on alpha, account 41`,
        ledger: '105',
        chain: '100',
        accountId: 41,
        journalId: 977,
        where: 'Journal 977 is not what was written.',
      },
    ]);
    expect(body['problems']).toEqual([
      'The reward supply is off by 7 wei: 7 on the chains and 0 in flight, 0 minted.',
    ]);
  });

  it('names the epoch or journey a difference is about', async () => {
    const report = aReport();
    const order = {
      what: 'order',
      field: 'given',
      subject: 'epoch 3',
      block: 120,
      farmId: null,
      user: null,
      accountId: null,
      journalId: null,
      ledger: 5n,
      chain: 6n,
      divergence: null,
    } as const;
    vi.spyOn(reconcile, 'run').mockResolvedValueOnce({
      ...report,
      chains: report.chains.map((chain) => ({ ...chain, differences: [order] })),
    });
    const { body } = await ask('POST');
    expect(listAt(listAt(body, 'chains')[0], 'differences')).toMatchObject([
      { what: 'order', field: 'given', subject: 'epoch 3', account: 'epoch 3, alpha' },
    ]);
  });

  it('says of each chain that was not compared why, and is not ok', async () => {
    const report = aReport();
    const sentence = 'The rewards of chain alpha were not compared.';
    const why = { reason: 'unreadable', chainKey: 'alpha', block: 130, sentence } as const;
    vi.spyOn(reconcile, 'run').mockResolvedValueOnce({
      ...report,
      outcome: 'not-compared',
      driftWei: null,
      supply: null,
      chains: report.chains.map((chain) => ({
        ...chain,
        driftWei: null,
        differences: [],
        notCompared: why,
      })),
    });
    const { status, body } = await ask('POST');
    expect(status).toBe(200);
    expect(body).toMatchObject({ ok: false, outcome: 'not-compared', driftWei: null });
    expect(listAt(body, 'chains')[0]).toMatchObject({ driftWei: null, notCompared: sentence });
    expect(body['problems']).toEqual([sentence]);
  });

  it('refuses a second run while one is running, and takes one afterwards', async () => {
    const finish: ((report: ReconcileReport) => void)[] = [];
    const running = new Promise<ReconcileReport>((resolve) => finish.push(resolve));
    const run = vi.spyOn(reconcile, 'run').mockReturnValueOnce(running);
    const calls = run.mock.calls.length;
    const first = ask('POST');
    await vi.waitFor(() => expect(run.mock.calls.length).toBe(calls + 1));
    const second = await ask('POST');
    expect(second).toMatchObject({ status: 409, body: { code: 'reconciliation.running' } });
    finish[0]?.(aReport());
    expect((await first).status).toBe(200);
    expect((await ask('POST')).status).toBe(200);
  });

  it('says that it cannot compare now, and that is all', async () => {
    vi.spyOn(reconcile, 'run').mockRejectedValueOnce(new RetryableError('http://secret failed'));
    const { status, body } = await ask('POST');
    expect([status, body['code']]).toEqual([503, 'unavailable']);
    expect(JSON.stringify(body)).not.toContain('secret');
  });
});
