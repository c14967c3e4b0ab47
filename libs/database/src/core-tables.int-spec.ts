import type { Hex } from '#kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { toBytea } from './bytes.js';
import { execute, inTransaction, queryRows, sqlStateOf } from './query.js';
import { createTestDatabase, type TestDatabase } from './testing/index.js';

const HASH: Hex = `0x${'ab'.repeat(32)}`;
const ADDRESS: Hex = `0x${'cd'.repeat(20)}`;

describe('core tables', () => {
  let test: TestDatabase;

  beforeAll(async () => {
    test = await createTestDatabase();
    const hash = toBytea(HASH);
    await execute(
      test.dataSource.manager,
      `INSERT INTO chain_cursor VALUES (1, 9, $1, 0, 9, $1, 5, 0, 0, $1)`,
      [hash],
    );
    await execute(
      test.dataSource.manager,
      `INSERT INTO block SELECT 1, n, $1, $1, 100 + n FROM generate_series(4, 6) n`,
      [hash],
    );
    await execute(
      test.dataSource.manager,
      `INSERT INTO raw_log SELECT 1, n, 0, $1, $2, $1, NULL, NULL, NULL, '\\x01', n
       FROM generate_series(4, 6) n`,
      [hash, toBytea(ADDRESS)],
    );
  });

  afterAll(() => test.close());

  const stateOf = async (sql: string): Promise<string | undefined> => {
    try {
      await test.dataSource.query(sql);
      return undefined;
    } catch (error) {
      return sqlStateOf(error);
    }
  };

  it('reads int8 as number, numeric as bigint and bytes as hex', async () => {
    const rows = await queryRows(
      test.dataSource.manager,
      `SELECT number, hash, $1::numeric AS amount, ARRAY[hash, NULL] AS hashes,
              ARRAY[1, 2]::numeric[] AS amounts
       FROM block WHERE number = 4`,
      [2n ** 200n],
    );
    expect(rows).toEqual([
      { number: 4, hash: HASH, amount: 2n ** 200n, hashes: [HASH, null], amounts: [1n, 2n] },
    ]);
  });

  it.each([
    ['delete of a final log', 'DELETE FROM raw_log WHERE block_number = 5'],
    ['update of a final log', `UPDATE raw_log SET data = '\\x02' WHERE block_number = 4`],
    ['delete of the block of a final log', 'DELETE FROM block WHERE number = 5'],
    ['rewrite of a final block', `UPDATE block SET timestamp = 0 WHERE number = 5`],
    ['fall of the finalized block', 'UPDATE chain_cursor SET finalized_block = 4'],
    ['truncate', 'TRUNCATE raw_log CASCADE'],
  ])('refuses the %s', async (_what, sql) => {
    expect(await stateOf(sql)).toBe('55000');
  });

  it('takes a log that is not final away with its block', async () => {
    await inTransaction(test.dataSource, async (manager) => {
      expect(await execute(manager, 'DELETE FROM block WHERE number > 5')).toBe(1);
    });
    const rows = await test.dataSource.query('SELECT block_number FROM raw_log ORDER BY 1');
    expect(rows).toEqual([{ block_number: 4 }, { block_number: 5 }]);
  });

  it('rolls everything back when the work of a transaction fails', async () => {
    const failing = inTransaction(test.dataSource, async (manager) => {
      await execute(manager, 'UPDATE chain_cursor SET finalized_block = 100');
      throw new TypeError('broken half-way');
    });
    await expect(failing).rejects.toThrow(TypeError);
    const rows = await test.dataSource.query('SELECT finalized_block FROM chain_cursor');
    expect(rows).toEqual([{ finalized_block: 5 }]);
  });
});
