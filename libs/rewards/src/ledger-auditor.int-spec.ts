import { type TestingModule } from '@nestjs/testing';
import type { EntityManager } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { queryRows, toBytea } from '#database';
import { createTestDatabase, type TestDatabase } from '#database/testing';
import { IndexerService } from '#indexer';
import { type ChainId, defined, toAddress, toChainId } from '#kernel';
import {
  type EpochStatement,
  GENESIS_HASH,
  type JournalView,
  journalPreimage,
  LedgerService,
  sha256Of,
} from '#ledger';
import { EpochStatements } from './epoch-statements.service.js';
import { LedgerAuditor } from './ledger-auditor.service.js';
import { RewardsPoster } from './rewards-poster.service.js';
import { RewardsModule } from './rewards.module.js';
import { EmissionChain } from './testing/emission-chain.js';
import { playSeason } from './testing/season.js';
import { startServices } from './testing/service-rig.js';

const EVERYTHING = { afterSeq: 0, uptoBlock: 10 ** 6, limit: 1_000 };
const chainId: ChainId = toChainId(900_231);
const alice = toAddress(`0x${'1b'.repeat(20)}`);
const bob = toAddress(`0x${'2b'.repeat(20)}`);
const carol = toAddress(`0x${'3b'.repeat(20)}`);

let chain: EmissionChain;
let genesis: number;
let database: TestDatabase;
let module: TestingModule;
let ledger: LedgerService;
let journals: readonly JournalView[];
/** What the hub vouches for: the ends of epochs 2 and 3. */
let anchors: readonly EpochStatement[];

beforeAll(async () => {
  chain = await EmissionChain.start({ users: [alice, bob, carol], farmCount: 2 });
  genesis = (await chain.chain.now()) - 7;
  await playSeason(chain, [alice, bob, carol]);
});
afterAll(() => chain.chain.stop());

beforeEach(async () => {
  database = await createTestDatabase();
  module = await startServices({
    chain: chain.deployment(),
    dataSource: database.dataSource,
    genesis,
    epochSeconds: 20,
    modules: [RewardsModule],
  });
  await module.get(IndexerService).tick(chainId);
  await module.get(RewardsPoster).tick(chainId);
  await module.get(EpochStatements).tick();
  ledger = module.get(LedgerService, { strict: false });
  const stored = [await ledger.newestStatement(2), await ledger.newestStatement(3)];
  anchors = stored.map((each) => defined(each, 'statement').statement);
  journals = await ledger.journalsAfter({ chainId, ...EVERYTHING });
});
afterEach(async () => {
  await module.close();
  await database.close();
});

const verify = () => module.get(LedgerAuditor).verify(anchors);

/** Does as a superuser what no role of ours may do. */
async function tamper(work: (manager: EntityManager) => Promise<unknown>): Promise<void> {
  await database.dataSource.transaction(async (manager) => {
    await manager.query('SET LOCAL session_replication_role = replica');
    await work(manager);
  });
}

/** A journal with two legs that epoch 2 vouches for. */
function aVictim(): JournalView {
  const [head] = defined(anchors[0], 'anchor').heads;
  const upto = defined(head, 'head').seq;
  return defined(
    journals.find(({ seq, kind, legCount }) => seq > upto / 2 && legCount === 2 && kind !== 'cut'),
    'journal',
  );
}

/** Computes every hash of the chain again, as somebody with the whole database could. */
async function rewriteHashes(manager: EntityManager): Promise<void> {
  const now = await readJournals(manager);
  let [seq, prevHash] = [0, GENESIS_HASH];
  for (const journal of now) {
    seq += 1;
    const hash = sha256Of(journalPreimage(journal, { seq, prevHash }));
    await manager.query(`UPDATE journal SET seq = $2, prev_hash = $3, hash = $4 WHERE id = $1`, [
      journal.id,
      seq,
      toBytea(prevHash),
      toBytea(hash),
    ]);
    prevHash = hash;
  }
  await manager.query('UPDATE journal_head SET seq = $1, hash = $2', [seq, toBytea(prevHash)]);
}

/** And every balance. */
async function rewriteBalances(manager: EntityManager): Promise<void> {
  await manager.query(
    `UPDATE balance b SET
       debits = (SELECT coalesce(sum(greatest(amount, 0)), 0) FROM posting WHERE account_id = b.account_id),
       credits = (SELECT coalesce(sum(greatest(-amount, 0)), 0) FROM posting WHERE account_id = b.account_id)`,
  );
}

/** As stored in the transaction of the manager. */
async function readJournals(manager: EntityManager): Promise<readonly JournalView[]> {
  const rows = await queryRows<{ readonly id: number }>(
    manager,
    'SELECT id FROM journal ORDER BY seq, id',
  );
  const legs = await queryRows<{ readonly journalId: number; readonly leg: number } & object>(
    manager,
    `SELECT p.journal_id AS "journalId", p.leg, p.account_id AS "accountId", a.asset, a.kind,
       a.owner, p.amount FROM posting p JOIN account a ON a.id = p.account_id ORDER BY 1, 2`,
  );
  return rows.map(({ id }) => {
    const known = defined(
      journals.find((each) => each.id === id),
      `journal ${id}`,
    );
    const postings = legs.filter(({ journalId }) => journalId === id);
    return { ...known, postings: postings as unknown as JournalView['postings'] };
  });
}

describe('LedgerAuditor', () => {
  it('finds nothing in sound books that the hub vouches for', async () => {
    expect(anchors.map(({ epoch }) => epoch)).toEqual([2, 3]);
    const postings = journals.reduce((total, { legCount }) => total + legCount, 0);
    expect(await verify()).toEqual({ ok: true, journals: journals.length, postings });
  });

  it('names the leg whose amount was changed', async () => {
    const { id, businessKey } = aVictim();
    await tamper((db) =>
      db.query('UPDATE posting SET amount = amount + 1 WHERE journal_id = $1 AND leg = 0', [id]),
    );
    const { ok, firstBad } = await verify();
    expect([ok, firstBad]).toMatchObject([false, { journalId: id, businessKey, leg: 0 }]);
    expect(firstBad?.reason).toMatch(/leg 0 is \d+ of .*, the logs give \d+ of /);
  });

  it('names the leg that was put on another account', async () => {
    const { id, businessKey, postings } = aVictim();
    const own = defined(postings[1], 'leg').accountId;
    await tamper((db) =>
      db.query(
        `UPDATE posting SET account_id = (SELECT min(id) FROM account WHERE id <> $2
           AND asset = (SELECT asset FROM account WHERE id = $2)) WHERE journal_id = $1 AND leg = 1`,
        [id, own],
      ),
    );
    expect((await verify()).firstBad).toMatchObject({ journalId: id, businessKey, leg: 1 });
  });

  it('names the journal that was deleted', async () => {
    const { id, seq, businessKey } = aVictim();
    await tamper(async (db) => {
      await db.query('DELETE FROM posting WHERE journal_id = $1', [id]);
      await db.query('DELETE FROM journal WHERE id = $1', [id]);
    });
    const { ok, firstBad } = await verify();
    expect(ok).toBe(false);
    expect(firstBad?.reason).toContain(`journal ${seq} of its chain is missing`);
    expect(firstBad?.reason).toContain(`the logs give ${businessKey} in its place`);
  });

  it('names the journal that lost a posting', async () => {
    const { id, businessKey } = aVictim();
    await tamper((db) => db.query('DELETE FROM posting WHERE journal_id = $1 AND leg = 1', [id]));
    const { firstBad } = await verify();
    expect(firstBad).toMatchObject({ journalId: id, businessKey });
    expect(firstBad?.reason).toContain('has 1 of 2 postings');
  });

  it('names the balance that was changed', async () => {
    const { postings } = aVictim();
    const { accountId } = defined(postings[1], 'leg');
    await tamper((db) =>
      db.query('UPDATE balance SET credits = credits + 5 WHERE account_id = $1', [accountId]),
    );
    expect(await verify()).toMatchObject({ ok: false, firstBad: { accountId } });
  });

  it('names epoch and posting when a change was hidden by computing every hash again', async () => {
    const { id, businessKey } = aVictim();
    await tamper(async (db) => {
      await db.query('UPDATE posting SET amount = 2 * amount WHERE journal_id = $1', [id]);
      await rewriteHashes(db);
      await rewriteBalances(db);
    });
    // By itself the database is sound again.
    expect((await ledger.verify()).ok).toBe(true);
    const { ok, firstBad } = await verify();
    expect([ok, firstBad]).toMatchObject([false, { epoch: 2, journalId: id, businessKey, leg: 0 }]);
    expect(firstBad?.reason).toContain('epoch 2 committed to another history');
  });

  it('finds a rewritten history when the logs it came from were rewritten, too', async () => {
    await tamper(async (db) => {
      await db.query('UPDATE posting SET amount = 2 * amount WHERE journal_id = $1', [
        aVictim().id,
      ]);
      await rewriteHashes(db);
      await rewriteBalances(db);
      await db.query('DELETE FROM raw_log WHERE block_number > 40');
    });
    const { ok, firstBad } = await verify();
    expect([ok, firstBad]).toMatchObject([false, { epoch: 2 }]);
  });

  it('finds a journal put at the end with everything computed for it', async () => {
    const copied = defined(
      journals.findLast(({ kind }) => kind === 'staked'),
      'journal',
    );
    await tamper(async (db) => {
      const [row] = await queryRows<{ readonly id: number }>(
        db,
        `INSERT INTO journal (business_key, chain_id, seq, kind, block_number, block_hash,
           occurred_at, leg_count, prev_hash, hash)
         SELECT 'forged', chain_id, $2, kind, block_number, block_hash, occurred_at, leg_count,
           hash, hash FROM journal WHERE id = $1 RETURNING id`,
        [copied.id, journals.length + 1],
      );
      const id = defined(row, 'row').id;
      await db.query(
        `INSERT INTO posting (journal_id, leg, leg_count, account_id, amount)
         SELECT $2, leg, leg_count, account_id, amount FROM posting WHERE journal_id = $1`,
        [copied.id, id],
      );
      const forged = { ...copied, id, businessKey: 'forged', txHash: null, logIndex: null };
      journals = [...journals, forged];
      await rewriteHashes(db);
      await rewriteBalances(db);
    });
    expect((await ledger.verify(anchors)).ok).toBe(true);
    expect(await verify()).toMatchObject({
      ok: false,
      firstBad: { businessKey: 'forged', reason: 'no log gives this journal' },
    });
  });

  it('finds a cut tail and an emptied ledger that were made to look whole', async () => {
    const { seq } = aVictim();
    await tamper(async (db) => {
      await db.query(
        'DELETE FROM posting p USING journal j WHERE j.id = p.journal_id AND seq > $1',
        [seq],
      );
      await db.query('DELETE FROM journal WHERE seq > $1', [seq]);
      await rewriteHashes(db);
      await rewriteBalances(db);
    });
    expect((await ledger.verify()).ok).toBe(true);
    const cut = await verify();
    expect(cut).toMatchObject({ ok: false, firstBad: { epoch: 2 } });
    expect(cut.firstBad?.reason).toContain(`chain ends at journal ${seq}, epoch 2 committed to`);
    await tamper((db) =>
      db.query('DELETE FROM posting; DELETE FROM journal; DELETE FROM journal_head'),
    );
    await tamper(rewriteBalances);
    expect(await verify()).toMatchObject({ ok: false, firstBad: { epoch: 2 } });
  });
});
