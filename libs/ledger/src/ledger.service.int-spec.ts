import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sqlStateOf } from '#database';
import { createTestDatabase, type TestDatabase } from '#database/testing';
import { defined, toAddress, toChainId, toHex } from '#kernel';
import { JournalConflict } from './domain/errors.js';
import { type JournalDraft, movement } from './domain/journal.js';
import { LedgerService } from './ledger.service.js';
import { aJournal } from './testing/index.js';

const CHECK_VIOLATION = '23514';
const UNIQUE_VIOLATION = '23505';
const REFUSED = '55000';

const token = toAddress(`0x${'a1'.repeat(20)}`);
const user = toAddress(`0x${'0b'.repeat(20)}`);
const staked = { kind: 'staked', owner: `${user}:1` } as const;
const external = { kind: 'external', owner: user } as const;

let database: TestDatabase;
let ledger: LedgerService;

function deposit(index: number, amount: bigint): JournalDraft {
  return aJournal({
    businessKey: `log:900101:${index}:0`,
    block: { number: index, hash: toHex(`0x${index.toString(16).padStart(64, '0')}`) },
    postings: movement({ asset: token, from: external, to: staked, amount }),
  });
}

async function post(...drafts: JournalDraft[]): Promise<{ posted: number; repeated: number }> {
  return database.dataSource.transaction((manager) => ledger.post(manager, drafts));
}

async function sql(text: string, parameters: readonly unknown[] = []): Promise<unknown> {
  return database.dataSource.query(text, [...parameters]);
}

/** Does as a superuser what no role of ours may do. */
async function tamper(text: string, parameters: readonly unknown[] = []): Promise<void> {
  await database.dataSource.transaction(async (manager) => {
    await manager.query('SET LOCAL session_replication_role = replica');
    await manager.query(text, [...parameters]);
  });
}

async function stateOf(work: Promise<unknown>): Promise<string | undefined> {
  return work.then(
    () => 'accepted',
    (error: unknown) => sqlStateOf(error),
  );
}

/** Adds a leg to the first journal. */
async function addLeg(leg: number, legCount: number): Promise<unknown> {
  return sql(
    `INSERT INTO posting (journal_id, leg, leg_count, account_id, amount)
     SELECT min(id), $1, $2, (SELECT min(id) FROM account), 1 FROM journal`,
    [leg, legCount],
  );
}

/** Adds a copy of the second journal with another key and place. */
async function copyJournal(key: string, seq: number): Promise<unknown> {
  return sql(
    `INSERT INTO journal (business_key, chain_id, seq, kind, block_number, block_hash,
       occurred_at, leg_count, prev_hash, hash)
     SELECT $1, chain_id, $2, kind, block_number, block_hash, occurred_at, 2, hash, hash
     FROM journal WHERE seq = 2`,
    [key, seq],
  );
}

async function firstBad(): Promise<object> {
  const { ok, firstBad: fault } = await ledger.verify();
  expect(ok).toBe(false);
  return defined(fault, 'fault');
}

beforeEach(async () => {
  database = await createTestDatabase();
  ledger = new LedgerService(database.dataSource);
});
afterEach(async () => {
  await database.close();
});

describe('post', () => {
  it('books journals in order, keeps balances and chains the hashes', async () => {
    expect(await post(deposit(1, 5n), deposit(2, 7n))).toEqual({ posted: 2, repeated: 0 });
    expect(await ledger.balances({ owner: user })).toMatchObject([
      { ...external, debits: 12n, credits: 0n, balance: -12n },
      { ...staked, debits: 0n, credits: 12n, balance: 12n },
    ]);
    const [second, first] = await ledger.journals({ limit: 10 });
    expect(first).toMatchObject({ ...deposit(1, 5n), seq: 1, prevHash: `0x${'0'.repeat(64)}` });
    expect(second).toMatchObject({ ...deposit(2, 7n), seq: 2, prevHash: first?.hash });
    expect(await ledger.trialBalance()).toEqual([
      { chainId: 900_101, asset: token, debits: 12n, credits: 12n, difference: 0n },
    ]);
    expect(await ledger.verify()).toEqual({ ok: true, journals: 2, postings: 4 });
  });

  /** @property E26 */
  it('changes nothing when a journal comes again', async () => {
    await post(deposit(1, 5n));
    expect(await post(deposit(1, 5n), deposit(2, 7n), deposit(2, 7n))).toEqual({
      posted: 1,
      repeated: 2,
    });
    expect(await ledger.verify()).toEqual({ ok: true, journals: 2, postings: 4 });
  });

  it('refuses other content under a known key', async () => {
    await post(deposit(1, 5n));
    await expect(post(deposit(1, 6n))).rejects.toThrow(new JournalConflict('log:900101:1:0'));
    expect((await ledger.balances({ kind: 'staked' })).map(({ balance }) => balance)).toEqual([5n]);
  });

  /** @property E26 */
  it('refuses to pay out more than an account holds', async () => {
    await post(deposit(1, 5n));
    const postings = movement({ asset: token, from: staked, to: external, amount: 6n });
    expect(await stateOf(post({ ...deposit(2, 1n), postings }))).toBe(CHECK_VIOLATION);
    expect(await ledger.verify()).toEqual({ ok: true, journals: 1, postings: 2 });
  });

  it('lets writers of one chain take turns and those of two chains run side by side', async () => {
    const other = toChainId(900_231);
    const drafts = Array.from({ length: 12 }, (_, index) => deposit(index + 1, 1n));
    await Promise.all(
      drafts.flatMap((draft) => [
        post(draft),
        post({ ...draft, chainId: other, businessKey: `other-${draft.businessKey}` }),
        post(draft),
      ]),
    );
    expect(await ledger.verify()).toEqual({ ok: true, journals: 24, postings: 48 });
  });

  it('finds the journals and balances of one user and of no other', async () => {
    const stranger = toAddress(`0x${'0c'.repeat(20)}`);
    const to = { kind: 'staked', owner: `${stranger}:1` } as const;
    await post(deposit(1, 5n), {
      ...deposit(2, 7n),
      postings: movement({ asset: token, from: { ...external, owner: stranger }, to, amount: 7n }),
    });
    expect((await ledger.journals({ limit: 10, owner: user })).map(({ seq }) => seq)).toEqual([1]);
    expect((await ledger.balances({ owner: stranger })).map(({ owner }) => owner)).toEqual([
      stranger,
      `${stranger}:1`,
    ]);
  });

  it('sums accounts up to a block', async () => {
    await post(deposit(1, 5n), deposit(2, 7n));
    const chainId = toChainId(900_101);
    const at = async (uptoBlock: number): Promise<readonly bigint[]> =>
      (await ledger.sumsAt({ chainId, kind: 'staked', uptoBlock })).map(({ credits }) => credits);
    expect([await at(0), await at(1), await at(2)]).toEqual([[], [5n], [12n]]);
  });
});

describe('the database itself', () => {
  beforeEach(async () => {
    await post(deposit(1, 5n), deposit(2, 7n));
  });

  it('refuses to change, remove or empty journals, postings and accounts', async () => {
    const refused = [
      'UPDATE journal SET occurred_at = 0',
      'DELETE FROM journal',
      'UPDATE posting SET amount = amount * 2',
      'DELETE FROM posting WHERE leg = 1',
      'TRUNCATE posting',
      'TRUNCATE journal CASCADE',
      `UPDATE account SET owner = 'x'`,
      'DELETE FROM balance',
    ];
    for (const text of refused) expect([text, await stateOf(sql(text))]).toEqual([text, REFUSED]);
  });

  /** @property I9 */
  it('refuses an unbalanced or incomplete journal at commit, not before', async () => {
    for (const [legs, amounts] of [
      [2, [5, -4]],
      [3, [5, -5]],
    ] as const) {
      let reachedCommit = false;
      const work = database.dataSource.transaction(async (manager) => {
        const rows: { id: number }[] = await manager.query(
          `INSERT INTO journal (business_key, chain_id, seq, kind, block_number, block_hash,
             occurred_at, leg_count, prev_hash, hash)
           SELECT 'forged', chain_id, 3, kind, block_number, block_hash, occurred_at, $1, hash, hash
           FROM journal WHERE seq = 2 RETURNING id`,
          [legs],
        );
        await manager.query(
          `INSERT INTO posting (journal_id, leg, leg_count, account_id, amount)
           SELECT $1, n, $2, (SELECT min(id) FROM account), a
           FROM unnest($3::int[], $4::numeric[]) AS l(n, a)`,
          [rows[0]?.id, legs, amounts.map((_, leg) => leg), amounts],
        );
        reachedCommit = true;
      });
      expect(await stateOf(work)).toBe(CHECK_VIOLATION);
      expect(reachedCommit).toBe(true);
    }
  });

  it('leaves no place for a leg added to a committed journal', async () => {
    expect(await stateOf(addLeg(1, 2))).toBe(UNIQUE_VIOLATION);
    expect(await stateOf(addLeg(2, 2))).toBe(CHECK_VIOLATION);
    expect(await stateOf(addLeg(2, 3))).toBe('23503');
  });

  it('refuses a business key or a place in the chain that is taken', async () => {
    expect(await stateOf(copyJournal('log:900101:1:0', 3))).toBe(UNIQUE_VIOLATION);
    expect(await stateOf(copyJournal('fresh', 2))).toBe(UNIQUE_VIOLATION);
  });
});

describe('verify', () => {
  beforeEach(async () => {
    await post(deposit(1, 5n), deposit(2, 7n), deposit(3, 9n));
  });

  it('names the posting whose amount was changed', async () => {
    await tamper(`UPDATE posting SET amount = -8 WHERE leg = 1 AND amount = -7`);
    expect(await firstBad()).toMatchObject({
      businessKey: 'log:900101:2:0',
      leg: 1,
      reason: expect.stringContaining('sum to -1, not to zero; leg 1: account'),
    });
  });

  it('names the journal when both legs were changed together', async () => {
    await tamper(`UPDATE posting SET amount = sign(amount) * 8 WHERE abs(amount) = 7`);
    await tamper(`UPDATE balance SET debits = debits + 1 WHERE debits > 0`);
    await tamper(`UPDATE balance SET credits = credits + 1 WHERE credits > 0`);
    expect(await firstBad()).toMatchObject({
      businessKey: 'log:900101:2:0',
      reason: 'content does not match its hash',
    });
  });

  it('notices a rewritten time, a removed journal, a cut tail and a wrong balance', async () => {
    const cases = [
      ['UPDATE journal SET occurred_at = 0 WHERE seq = 3', 'content does not match its hash'],
      ['DELETE FROM journal WHERE seq = 2', 'journal 2 of its chain is missing'],
      ['DELETE FROM journal WHERE seq = 3', 'chain ends at journal 2, its head says 3'],
      ['UPDATE balance SET credits = credits + 1', 'has debits 21, credits 1'],
    ] as const;
    for (const [text, reason] of cases) {
      await database.close();
      database = await createTestDatabase();
      ledger = new LedgerService(database.dataSource);
      await post(deposit(1, 5n), deposit(2, 7n), deposit(3, 9n));
      await tamper(text);
      expect(await firstBad()).toMatchObject({ reason: expect.stringContaining(reason) });
    }
  });

  it('finds content rewritten together with its own hash', async () => {
    await tamper(`UPDATE journal SET occurred_at = 0, hash = prev_hash WHERE seq = 2`);
    expect(await firstBad()).toMatchObject({ businessKey: 'log:900101:2:0' });
  });
});

describe('digest', () => {
  let other: TestDatabase;
  beforeAll(async () => {
    other = await createTestDatabase();
  });
  afterAll(async () => {
    await other.close();
  });

  it('is the same for a rebuild in other batches and tells any difference', async () => {
    const rebuilt = new LedgerService(other.dataSource);
    const drafts = [deposit(1, 5n), deposit(2, 7n), deposit(3, 9n)];
    await post(...drafts);
    for (const draft of drafts.slice(0, 2)) {
      await other.dataSource.transaction((manager) => rebuilt.post(manager, [draft]));
    }
    const upto = { 900_101: 2 };
    expect(await rebuilt.digest()).toEqual(await ledger.digest(upto));
    expect((await ledger.digest()).digest).not.toBe((await ledger.digest(upto)).digest);
    expect(await ledger.digest(upto)).toMatchObject({ journals: 2, postings: 4 });
    await tamper(`UPDATE posting SET amount = sign(amount) * 8 WHERE abs(amount) = 7`);
    expect((await ledger.digest(upto)).digest).not.toBe((await rebuilt.digest()).digest);
  });
});
