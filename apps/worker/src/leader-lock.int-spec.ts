import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DataSource } from 'typeorm';
import { openDatabase } from '#database';
import { createTestDatabase, type TestDatabase } from '#database/testing';
import { LeaderLock } from './leader-lock.js';

describe('leader lock', () => {
  let database: TestDatabase;
  /** The pool of another worker process. */
  let otherPool: DataSource;
  let first: LeaderLock;
  let second: LeaderLock;

  beforeEach(async () => {
    database = await createTestDatabase();
    first = new LeaderLock(database.dataSource);
    otherPool = await openDatabase({ host: database.host, database: database.database });
    second = new LeaderLock(otherPool);
  });

  afterEach(async () => {
    await Promise.all([first.release(), second.release()]);
    await otherPool.destroy();
    await database.close();
  });

  it('lets one lead, and the next one when the first lets go', async () => {
    expect([await first.tryAcquire(), await second.tryAcquire()]).toEqual([true, false]);
    expect([await first.isHeld(), await second.isHeld()]).toEqual([true, false]);
    await first.release();
    expect(await second.tryAcquire()).toBe(true);
    expect([await first.isHeld(), await second.isHeld()]).toEqual([false, true]);
  });

  it('is lost with its session, and free for the next one', async () => {
    await first.tryAcquire();
    await database.dataSource.query(
      `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    expect(await first.isHeld()).toBe(false);
    expect(await second.tryAcquire()).toBe(true);
  });
});
