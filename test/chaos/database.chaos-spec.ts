import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, startEmbeddedPostgres, stopEmbeddedPostgres } from '#database';
import { createTestDatabase } from '#database/testing';
import { startApi } from '../integration/api-app.js';
import { FarmHistory } from './farm-history.js';
import { ReplicatedPostgres, replicationPrograms } from './replicated-postgres.js';

/** Longest time from the fault to the first answer of the database. */
const RECOVERY_MS_MAX = 30_000;
const POOL_SIZE = 10;
const NO_REPLICA = ' (skipped: no pg_basebackup with a server of its version is installed)';
const USER = `0x${'1b'.repeat(20)}`;

describe('faults of the database', () => {
  let history: FarmHistory;

  beforeAll(async () => {
    history = await FarmHistory.start();
  });
  afterAll(() => history.stop());

  it('D1: loses no journal when the server is killed under load', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'headwater-d1-'));
    const first = await startEmbeddedPostgres({ dataDir });
    const address = { host: first.host, database: 'postgres' };
    const child = history.child(address);
    try {
      await child.says((line) => line.includes('"posted"'));
      const killedAt = performance.now();
      process.kill(first.pid, 'SIGKILL');
      await child.says((line) => !line.includes('"posted"'));
      await child.end();
      const second = await startEmbeddedPostgres({ dataDir });
      const dataSource = await openDatabase(address);
      const recoveredMs = performance.now() - killedAt;
      const services = await history.services(dataSource);
      await history.finish(services);
      expect(await history.outcome(services)).toEqual(history.nothingLost);
      expect(second.origin).toBe('started');
      expect(recoveredMs).toBeLessThan(RECOVERY_MS_MAX);
      await services.close();
      if (dataSource.isInitialized) await dataSource.destroy();
    } finally {
      await child.end();
      await stopEmbeddedPostgres(dataDir);
      rmSync(dataDir, { recursive: true, force: true });
    }
  });

  const programs = replicationPrograms();
  it(`D2: loses nothing when the primary is lost and its replica promoted${programs === undefined ? NO_REPLICA : ''}`, async ({
    skip,
  }) => {
    if (programs === undefined) return skip(NO_REPLICA);
    const pair = await ReplicatedPostgres.start(programs);
    try {
      const child = history.child({ url: pair.primaryUrl });
      await child.says((line) => line.includes('"posted"'));
      pair.losePrimary();
      await child.end();
      const lostAt = performance.now();
      pair.promote();
      const dataSource = await openDatabase({ url: pair.replicaUrl });
      const recoveredMs = performance.now() - lostAt;
      const services = await history.services(dataSource);
      const [before] = await dataSource.query(
        'SELECT max(posted_block) AS block FROM posting_cursor',
      );
      const acknowledged = child.lines
        .filter((line) => line.includes('"posted"'))
        .map((line): number => JSON.parse(line).to);
      expect(before.block).toBeGreaterThanOrEqual(Math.max(...acknowledged));
      await history.finish(services);
      expect(await history.outcome(services)).toEqual(history.nothingLost);
      expect(recoveredMs).toBeLessThan(RECOVERY_MS_MAX);
      await services.close();
      if (dataSource.isInitialized) await dataSource.destroy();
    } finally {
      pair.stop();
    }
  });

  it('D3: posts everything once when 30 % of all commits are refused as conflicts', async () => {
    const database = await createTestDatabase();
    const services = await history.services(database.dataSource);
    await database.dataSource.query(`
      CREATE FUNCTION refuse_some() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF random() < 0.15 THEN RAISE EXCEPTION 'conflict' USING ERRCODE = '40001'; END IF;
        IF random() < 0.18 THEN RAISE EXCEPTION 'deadlock' USING ERRCODE = '40P01'; END IF;
        RETURN NULL;
      END $$;
      CREATE CONSTRAINT TRIGGER conflicts AFTER UPDATE ON posting_cursor
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_some();`);
    await history.finish(services);
    await database.dataSource.query('DROP FUNCTION refuse_some CASCADE');
    expect(await history.outcome(services)).toEqual(history.nothingLost);
    await services.close();
    await database.close();
  });

  it('D4: answers 503 with Retry-After while the pool is exhausted, and posts on', async () => {
    const api = await startApi();
    const { dataSource, host, database } = api.database;
    const holders = Array.from({ length: POOL_SIZE }, () =>
      dataSource.query('SELECT pg_sleep(14)'),
    );
    await sleep(200);
    const asked = fetch(`${api.url}/v1/rewards/${USER}`);
    const other = await openDatabase({ host, database });
    const services = await history.services(other);
    await history.finish(services);
    expect(await history.outcome(services)).toEqual(history.nothingLost);
    const answer = await asked;
    expect([answer.status, Number(answer.headers.get('retry-after')) > 0]).toEqual([503, true]);
    await Promise.all(holders);
    expect((await fetch(`${api.url}/v1/rewards/${USER}`)).status).not.toBe(503);
    await services.close();
    if (other.isInitialized) await other.destroy();
    await api.close();
  });
});
