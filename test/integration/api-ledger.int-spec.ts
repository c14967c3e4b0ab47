import { afterAll, describe, expect, it } from 'vitest';
import { inTransaction } from '#database';
import { type Address, toChainId } from '#kernel';
import { type JournalDraft, LedgerService, movement } from '#ledger';
import { startApi } from './api-app.js';
import { operationsOf } from './api-operations.js';
import { listAt, objectAt, textOf, violationsOf } from './api-schema.js';

const USER: Address = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8';
const CHECKSUMMED = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';
const TOKEN: Address = `0x${'11'.repeat(20)}`;
const HUGE = 10n ** 30n + 7n;

const api = await startApi();
const { dataSource } = api.database;
await inTransaction(dataSource, (manager) =>
  api.app.get(LedgerService).post(manager, [1, 2, 3].map(aJournal)),
);

afterAll(async () => {
  await api.close();
});

function aJournal(number: number): JournalDraft {
  return {
    businessKey: `test:${number}`,
    chainId: toChainId(900_101),
    kind: 'accrual',
    block: { number: 100 + number, hash: `0x${'ab'.repeat(32)}` },
    txHash: null,
    logIndex: null,
    occurredAt: 1_795_000_000 + number,
    postings: movement({
      asset: TOKEN,
      from: { kind: 'emission-hub', owner: 'controller' },
      to: { kind: 'reward', owner: `${USER}:1` },
      amount: HUGE,
    }),
  };
}

async function read(path: string): Promise<unknown> {
  const response = await fetch(`${api.url}${path}`);
  const body: unknown = await response.json();
  expect([path, response.status]).toEqual([path, 200]);
  const operation = operationsOf(api.document).find(({ path: pattern }) =>
    new RegExp(`^${pattern.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path.replace(/\?.*/, '')),
  );
  const schema = objectAt(
    objectAt(objectAt(operation?.responses['200'], 'content'), 'application/json'),
    'schema',
  );
  expect(violationsOf({ document: api.document, schema, value: body })).toEqual([]);
  return body;
}

describe('balances', () => {
  it('finds the accounts of a user by an address in any spelling', async () => {
    for (const owner of [USER, CHECKSUMMED, `${CHECKSUMMED}:1`]) {
      const body = await read(`/v1/ledger/balances?owner=${owner}`);
      expect(listAt(body, 'items')).toEqual([
        expect.objectContaining({ kind: 'reward', owner: `${USER}:1`, balance: `${3n * HUGE}` }),
      ]);
    }
  });

  it('keeps every digit', async () => {
    const body = await read('/v1/ledger/balances?kind=emission-hub');
    expect(listAt(body, 'items')).toMatchObject([{ debits: '3000000000000000000000000000021' }]);
  });

  it('says how many there are when the limit cuts the list', async () => {
    expect(await read('/v1/ledger/balances?limit=1')).toMatchObject({ total: 2 });
  });

  it('knows the difference between no account and another chain', async () => {
    const body = await read('/v1/ledger/balances?chain=alpha');
    expect(body).toMatchObject({ items: [], total: 0 });
  });
});

describe('journals', () => {
  it('are paged without a gap or a repetition', async () => {
    const keys: unknown[] = [];
    let before: unknown = '';
    for (let page = 0; page < 5 && before !== null; page += 1) {
      const query = before === '' ? '' : `&before=${textOf(before)}`;
      const body = await read(`/v1/ledger/journals?limit=1${query}`);
      keys.push(...listAt(body, 'items').map((item) => objectAt({ item }, 'item')['businessKey']));
      before = objectAt({ body }, 'body')['nextBefore'];
    }
    expect(keys).toEqual(['test:3', 'test:2', 'test:1']);
  });

  it('make up the statement of a user', async () => {
    const body = await read(`/v1/rewards/${CHECKSUMMED}`);
    expect(body).toMatchObject({ user: USER, items: [], totals: { total: '0' } });
    expect(listAt(body, 'statement')).toHaveLength(3);
  });
});

describe('statements of a user', () => {
  it('say when nothing is posted', async () => {
    const body = await read(`/v1/statements/${CHECKSUMMED}`);
    expect(body).toMatchObject({ user: USER, accounts: [], lines: [] });
    expect(listAt(body, 'chains')[0]).toMatchObject({ chainKey: 'hub', closingBlock: null });
    const at = await fetch(`${api.url}/v1/rewards/${USER}/at?chain=hub&atBlock=5`);
    expect([at.status, (await at.json()) as unknown]).toMatchObject([
      404,
      { code: 'block.unknown' },
    ]);
  });

  it('add up between the blocks they name, as JSON and as CSV', async () => {
    await dataSource.query(
      `INSERT INTO posting_cursor
         (chain_id, posted_block, posted_hash, posted_timestamp, farms_seq, next_epoch)
       VALUES (900101, 200, decode(repeat('ab', 32), 'hex'), 1795000200, 0, 1)`,
    );
    const period = 'fromBlocks=hub:101&toBlocks=hub:103';
    const body = await read(`/v1/statements/${USER}?${period}`);
    expect(body).toMatchObject({
      accounts: [
        {
          kind: 'reward',
          opening: `${HUGE}`,
          credits: `${2n * HUGE}`,
          debits: '0',
          closing: `${3n * HUGE}`,
        },
      ],
    });
    expect(listAt(body, 'chains')[0]).toMatchObject({ openingBlock: 101, closingBlock: 103 });
    const csv = await fetch(`${api.url}/v1/statements/${USER}/csv?${period}`);
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    const records = (await csv.text()).split('\r\n').map((line) => line.split(',')[0]);
    expect(records).toEqual(['record', 'opening', 'movement', 'movement', 'closing', '']);
    const beyond = await fetch(`${api.url}/v1/statements/${USER}?toBlocks=hub:201`);
    const backwards = await fetch(
      `${api.url}/v1/statements/${USER}?fromBlocks=hub:9&toBlocks=hub:8`,
    );
    expect([beyond.status, backwards.status]).toEqual([404, 409]);
    expect(await backwards.json()).toMatchObject({ code: 'statement.period' });
    // These journals came from no log, which verification would find in what counts as posted.
    await dataSource.query('DELETE FROM posting_cursor');
  });

  it('are proved by nothing before an epoch is stated', async () => {
    const proof = await fetch(`${api.url}/v1/ledger/proofs/${USER}/1`);
    expect([proof.status, (await proof.json()) as unknown]).toMatchObject([
      404,
      { code: 'epoch.unknown' },
    ]);
  });
});

describe('the books', () => {
  it('balance', async () => {
    const body = await read('/v1/ledger/trial-balance');
    expect(body).toMatchObject({
      balanced: true,
      items: [{ chainKey: 'hub', asset: TOKEN, difference: '0', debits: `${3n * HUGE}` }],
    });
  });

  it('are verified, and the journal that was changed is named', async () => {
    expect(await read('/v1/ledger/verification')).toMatchObject({ ok: true, journals: 3 });
    await dataSource.query('ALTER TABLE journal DISABLE TRIGGER USER');
    await dataSource.query(`UPDATE journal SET kind = 'other' WHERE business_key = 'test:2'`);
    expect(await read('/v1/ledger/verification')).toMatchObject({
      ok: false,
      firstBad: { chainKey: 'hub', businessKey: 'test:2' },
    });
  });

  it('have a digest of 32 bytes', async () => {
    expect(objectAt({ body: await read('/v1/ledger/digest') }, 'body')['digest']).toMatch(
      /^0x[0-9a-f]{64}$/,
    );
  });
});
