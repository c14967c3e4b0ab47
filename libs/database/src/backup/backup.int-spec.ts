import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DataSource } from 'typeorm';
import { migrations } from '../migrations/index.js';
import { createTestDatabase, type TestDatabase } from '../testing/index.js';
import { withDatabase } from '../with-database-server.js';
import { backUp, BackupExists } from './back-up.js';
import { maintenance } from './maintenance.js';
import { DamagedBackup, tableFile } from './manifest.js';
import { DatabaseInUse, restore, WrongBackup } from './restore.js';

const AT = new Date('2026-03-04T05:06:07Z');
const KEPT = '20260304050607';

const ROWS = [
  `INSERT INTO chain_cursor VALUES (1, 9, sha256('c'), 0, 9, sha256('h'), 5, 0, 0, sha256('s'))`,
  `INSERT INTO block SELECT 1, n, sha256(n::text::bytea), sha256('p'), n FROM generate_series(1, 3) n`,
  `INSERT INTO raw_log SELECT 1, n, 0, sha256('t'), substr(sha256('a'), 1, 20), NULL, NULL, NULL,
     NULL, '\\x0a5c09', n FROM generate_series(1, 3) n`,
  `INSERT INTO log_subject (subject, chain_id, block_number, log_index, block_timestamp)
   VALUES (E'guid:tab\\there, line\\nend, \\\\N', 1, 2, 0, 2)`,
  `INSERT INTO account (chain_id, asset, kind, owner)
   VALUES (1, substr(sha256('x'), 1, 20), 'pot', 'a'), (1, substr(sha256('x'), 1, 20), 'pot', 'b')`,
  `INSERT INTO balance VALUES (1, 7, 0, true), (2, 0, 7, true)`,
];

const contentOf = async (dataSource: DataSource): Promise<unknown> => {
  const content: Record<string, unknown> = {};
  for (const table of ['block', 'raw_log', 'log_subject', 'account', 'balance', 'journal']) {
    content[table] = await dataSource.query(`SELECT * FROM ${table} ORDER BY 1, 2, 3`);
  }
  content['posting'] = await dataSource.query('SELECT * FROM posting ORDER BY 1, 2');
  return content;
};

describe('backup and restore', () => {
  let test: TestDatabase;
  let folder: string;
  let home: string;

  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'headwater-backup-'));
    folder = join(home, 'backup');
    test = await createTestDatabase();
    for (const sql of ROWS) await test.dataSource.query(sql);
    await test.dataSource.transaction(async (manager) => {
      await manager.query(
        `INSERT INTO journal (business_key, chain_id, seq, kind, block_number, block_hash,
           occurred_at, leg_count, prev_hash, hash)
         VALUES ('k', 1, 1, 'accrual', 1, sha256('b'), 1, 2, sha256('p'), sha256('j'))`,
      );
      await manager.query('INSERT INTO posting VALUES (1, 0, 2, 1, 7), (1, 1, 2, 2, -7)');
    });
  });

  afterEach(async () => {
    const server = maintenance(test);
    await server.run((client) => client.query(`DROP DATABASE IF EXISTS ${keptName()}`));
    await test.close();
    rmSync(home, { recursive: true, force: true });
  });

  const keptName = (): string => `${test.database}_before_${KEPT}`;
  const back = async () =>
    backUp(test.dataSource, { folder, deployment: 'devnet', at: new Date() });
  const restored = async (deployment = 'devnet') => {
    const { host, database } = test;
    await test.dataSource.destroy();
    return restore({ folder, address: { host, database }, deployment, at: AT });
  };
  it('gives every row back, goes on numbering, and keeps what it replaced', async () => {
    const before = await contentOf(test.dataSource);
    const { tables } = await back();
    expect(tables.find(({ name }) => name === 'raw_log')).toMatchObject({ rows: 3 });
    await test.dataSource.query('INSERT INTO reorg VALUES (DEFAULT, 1, 1, 2, sha256($1), 0, $2)', [
      Buffer.from('x'),
      'fork',
    ]);
    const { replaced } = await restored();
    expect(replaced).toBe(keptName());
    const { host, database } = test;
    await withDatabase({ host, database }, async (dataSource) => {
      expect(await contentOf(dataSource)).toEqual(before);
      expect(await dataSource.query('SELECT count(*) AS count FROM reorg')).toEqual([{ count: 0 }]);
      const [added] = await dataSource.query(
        `INSERT INTO account (chain_id, asset, kind, owner)
         VALUES (1, substr(sha256('x'), 1, 20), 'pot', 'c') RETURNING id`,
      );
      expect(added).toEqual({ id: 3 });
      await expect(dataSource.query('DELETE FROM posting')).rejects.toThrow('append-only');
    });
    await withDatabase({ host, database: keptName() }, async (dataSource) => {
      expect(await dataSource.query('SELECT count(*) AS count FROM reorg')).toEqual([{ count: 1 }]);
    });
  });

  it.each<[string, (path: string) => void]>([
    ['one byte more', (path) => appendFileSync(path, '\n')],
    [
      'one other byte',
      (path) => writeFileSync(path, readFileSync(path, 'utf8').replace('pot', 'pit')),
    ],
    ['a missing file', (path) => rmSync(path)],
  ])('refuses a backup with %s and leaves the database as it is', async (_what, damage) => {
    const before = await contentOf(test.dataSource);
    await back();
    damage(tableFile(folder, 'account'));
    await expect(restored()).rejects.toThrow(DamagedBackup);
    const { host, database } = test;
    await withDatabase({ host, database }, async (dataSource) => {
      expect(await contentOf(dataSource)).toEqual(before);
    });
  });

  it('refuses a changed manifest, another deployment and an unknown migration', async () => {
    await back();
    await expect(restored('mainnet')).rejects.toThrow(WrongBackup);
    const known = migrations.at(-1)?.name ?? '';
    const path = join(folder, 'manifest.json');
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace(known, 'FromTheFuture1999999999999'));
    await expect(restore({ ...at(), deployment: 'devnet' })).rejects.toThrow(DamagedBackup);
  });

  const at = () => ({
    folder,
    address: { host: test.host, database: test.database },
    at: AT,
  });

  it('replaces nothing under somebody who is connected', async () => {
    await back();
    await expect(restore({ ...at(), deployment: 'devnet' })).rejects.toThrow(DatabaseInUse);
    expect(await test.dataSource.query('SELECT count(*) AS count FROM block')).toEqual([
      { count: 3 },
    ]);
  });

  it('never writes over a backup', async () => {
    await back();
    await expect(back()).rejects.toThrow(BackupExists);
    expect(existsSync(`${folder}.partial`)).toBe(false);
  });
});
