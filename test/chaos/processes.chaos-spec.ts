import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { backUp, openDatabase, restore } from '#database';
import { createTestDatabase, type TestDatabase } from '#database/testing';
import { LedgerRebuilder } from '#rewards';
import { FarmHistory } from './farm-history.js';

const ROOT = join(import.meta.dirname, '..', '..');
/** Points at which a process that follows a chain is killed; the other ones are in the e2e spec. */
const POINTS = ['range-read', 'range-committed', 'mid-journal', 'before-commit', 'journals-posted'];
const FAKETIME = [
  '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1',
  '/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1',
].find((path) => existsSync(path));
const NO_FAKETIME = ' (skipped: libfaketime is not installed)';
const SKEWS = ['+90s', '-2h', '+0 x10'];

/** Writes a backup, or puts one back, and dies where it is told to. */
const COMMAND = `
  import { backUp, openDatabase, restore } from '#database';
  const { what, folder, address } = JSON.parse(process.argv[1]);
  const options = { folder, deployment: 'test', at: new Date() };
  if (what === 'backup') {
    await backUp(await openDatabase(address), options);
  } else {
    await restore({ ...options, address });
  }
`;

describe('faults of processes', () => {
  let history: FarmHistory;
  let database: TestDatabase;

  beforeAll(async () => {
    history = await FarmHistory.start();
  });
  afterAll(() => history.stop());
  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(() => database.close());

  const address = () => ({ host: database.host, database: database.database });
  const expectNothingLost = async (): Promise<void> => {
    const services = await history.services(database.dataSource);
    await history.finish(services);
    expect(await history.outcome(services)).toEqual(history.nothingLost);
    await services.close();
  };

  it('C1: loses nothing when it is killed at every point of indexing and posting', async () => {
    for (const failpoint of POINTS) {
      const child = history.child(address(), { env: { HEADWATER_FAILPOINT: failpoint } });
      const [, signal] = await new Promise<[number | null, string | null]>((resolve) => {
        child.process.once('exit', (code, by) => resolve([code, by]));
      });
      expect([failpoint, signal]).toEqual([failpoint, 'SIGKILL']);
    }
    await expectNothingLost();
  });

  it('C1: leaves a whole database when a backup or a restore is killed', async () => {
    const home = mkdtempSync(join(tmpdir(), 'headwater-c1-'));
    const folder = join(home, 'backup');
    const services = await history.services(database.dataSource);
    await history.finish(services);
    await services.close();
    const dieIn = (what: 'backup' | 'restore', failpoint: string): string | null => {
      const input = JSON.stringify({ what, folder, address: address() });
      const flags = ['--import', 'tsx', '--conditions', 'source', '--input-type=module', '-e'];
      const env = { ...process.env, HEADWATER_FAILPOINT: failpoint };
      return spawnSync(process.execPath, [...flags, COMMAND, input], { cwd: ROOT, env }).signal;
    };
    expect(dieIn('backup', 'mid-backup')).toBe('SIGKILL');
    expect(existsSync(folder)).toBe(false);
    const source = await openDatabase(address());
    await backUp(source, { folder, deployment: 'test', at: new Date() });
    await source.destroy();
    expect(dieIn('restore', 'mid-restore')).toBe('SIGKILL');
    const reopened = await openDatabase(address());
    const after = await history.services(reopened);
    expect(await history.outcome(after)).toEqual(history.nothingLost);
    await after.close();
    if (reopened.isInitialized) await reopened.destroy();
    if (database.dataSource.isInitialized) await database.dataSource.destroy();
    await restore({ folder, deployment: 'test', address: address(), at: new Date() });
    await database.dataSource.initialize();
    await expectNothingLost();
    rmSync(home, { recursive: true, force: true });
  });

  it('C2: rejects what a stopped leader writes after another one took over', async () => {
    const first = history.child(address());
    await first.says((line) => line.includes('"posted"'));
    first.process.kill('SIGSTOP');
    // What a server does to a session that no longer answers; the stopped leader cannot know.
    await database.dataSource.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    const second = history.child(address());
    await second.says((line) => line.includes('"posted"'));
    const [taken] = await database.dataSource.query('SELECT fence FROM chain_cursor');
    first.process.kill('SIGCONT');
    await first.says((line) => line.includes('standby') || line === 'retry');
    await second.says((line) => line.includes('"post":"idle"'));
    await Promise.all([first.end(), second.end()]);
    const [kept] = await database.dataSource.query('SELECT fence FROM chain_cursor');
    expect(kept.fence).toBeGreaterThanOrEqual(taken.fence);
    await expectNothingLost();
  });

  it(`C3: posts the same by a clock that is off or too fast${FAKETIME === undefined ? NO_FAKETIME : ''}`, async ({
    skip,
  }) => {
    if (FAKETIME === undefined) return skip(NO_FAKETIME);
    for (const skew of SKEWS) {
      const child = history.child(address(), {
        env: {
          LD_PRELOAD: FAKETIME,
          FAKETIME: skew,
          FAKETIME_DONT_FAKE_MONOTONIC: '1',
        },
      });
      await child.says((line) => line.includes('"posted"'));
      await child.end();
    }
    await expectNothingLost();
  });

  it('C1: leaves the tables in use alone when a rebuild is killed', async () => {
    const services = await history.services(database.dataSource);
    await history.finish(services);
    await database.dataSource.query('CREATE SCHEMA rebuild');
    await database.dataSource.query('CREATE TABLE rebuild.journal (id int)');
    expect(await history.outcome(services)).toEqual(history.nothingLost);
    const rebuilder = services.get(LedgerRebuilder, { strict: false });
    expect(await rebuilder.rebuild({ isCompareOnly: false })).toMatchObject({ isEqual: true });
    expect(await history.outcome(services)).toEqual(history.nothingLost);
    await services.close();
  });
});
