import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource, type EntityManager } from 'typeorm';
import { assert, DomainError, RetryableError } from '#kernel';
import { queryRows, sqlStateOf } from './query.js';

/** Schema of the tables that are built beside those in use. */
const SCHEMA = 'rebuild';
const REBUILD_LOCK = 4_868_520_003;
const SWAPS_MAX = 50;
const SWAP_PAUSE_MS = 200;
const LOCK_NOT_AVAILABLE = '55P03';
const DEADLOCK_DETECTED = '40P01';
const POOL_SIZE = 4;

/** Another rebuild is under way. */
export class RebuildRunning extends DomainError {
  readonly code = 'rebuild.running';
}

/**
 * Tables of the same shape, rules and names as some in use, empty and in a schema of their own.
 * A pool whose search path starts there reads and writes them instead, and everything else as it
 * is, so code that builds the tables need not know which it works on.
 */
export class ShadowTables {
  private constructor(
    /** Pool that sees the shadow tables. */
    readonly dataSource: DataSource,
    private readonly original: DataSource,
    private readonly tables: readonly string[],
  ) {}

  /**
   * Runs `work` with shadows of `tables`, which are dropped afterwards unless they were swapped in.
   *
   * @param tables In the order in which writers lock them.
   * @throws {RebuildRunning} when somebody else has shadows of this database.
   */
  static async with<Result>(
    original: DataSource,
    tables: readonly string[],
    work: (shadow: ShadowTables) => Promise<Result>,
  ): Promise<Result> {
    const lock = original.createQueryRunner();
    await lock.connect();
    try {
      const [row] = await queryRows<{ readonly taken: boolean }>(
        lock.manager,
        'SELECT pg_try_advisory_lock($1) AS taken',
        [REBUILD_LOCK],
      );
      if (row?.taken !== true) throw new RebuildRunning('another rebuild is under way');
      // A killed rebuild leaves its tables behind; nobody ever read them.
      await original.query(`DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE`);
      await original.transaction((manager) => createTables(manager, tables));
      const { options } = original;
      assert(options.type === 'postgres', 'the database is a Postgres');
      const extra = { options: `-c search_path=${SCHEMA},public` };
      const own = new DataSource({ ...options, poolSize: POOL_SIZE, extra });
      const dataSource = await own.initialize();
      try {
        return await work(new ShadowTables(dataSource, original, tables));
      } finally {
        await dataSource.destroy();
        await original.query(`DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE`);
      }
    } finally {
      await lock.query('SELECT pg_advisory_unlock($1)', [REBUILD_LOCK]);
      await lock.release();
    }
  }

  /**
   * Puts the shadows in the place of the tables in use, in one transaction: whoever reads sees the
   * old ones whole or the new ones whole. A transaction that began before the shadows were filled
   * would see them without rows, so those are awaited first.
   *
   * @param catchUp Fills in what the tables in use got meanwhile.
   * @param isCurrent Whether the shadows lack nothing; asked while nobody can write.
   * @throws {RetryableError} when writers never leave a gap.
   */
  async swap(
    catchUp: () => Promise<void>,
    isCurrent: (manager: EntityManager) => Promise<boolean>,
  ): Promise<void> {
    for (let attempt = 0; attempt < SWAPS_MAX; attempt += 1) {
      await catchUp();
      if ((await this.areOldReadersGone()) && (await this.trySwap(isCurrent))) return;
      await sleep(SWAP_PAUSE_MS);
    }
    throw new RetryableError('the tables are never idle long enough to be swapped');
  }

  private async areOldReadersGone(): Promise<boolean> {
    const [now] = await queryRows<{ readonly at: string }>(
      this.original.manager,
      'SELECT clock_timestamp()::text AS at',
    );
    for (let attempt = 0; attempt < SWAPS_MAX; attempt += 1) {
      const [row] = await queryRows<{ readonly count: number }>(
        this.original.manager,
        `SELECT count(*) AS count FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()
           AND backend_xmin IS NOT NULL AND xact_start < $1::timestamptz`,
        [now?.at],
      );
      if (row?.count === 0) return true;
      await sleep(SWAP_PAUSE_MS);
    }
    return false;
  }

  private async trySwap(isCurrent: (manager: EntityManager) => Promise<boolean>): Promise<boolean> {
    try {
      return await this.original.transaction(async (manager) => {
        // Gives way at once: readers and writers must not wait for a rebuild.
        await manager.query(`SET LOCAL lock_timeout = '500ms'`);
        await manager.query(`SET LOCAL deadlock_timeout = '100ms'`);
        for (const table of this.tables) {
          await manager.query(`LOCK TABLE public.${table} IN ACCESS EXCLUSIVE MODE`);
        }
        if (!(await isCurrent(manager))) return false;
        for (const table of this.tables.toReversed()) {
          await manager.query(`DROP TABLE public.${table} CASCADE`);
        }
        for (const table of this.tables) {
          await manager.query(`ALTER TABLE ${SCHEMA}.${table} SET SCHEMA public`);
        }
        return true;
      });
    } catch (error) {
      const state = sqlStateOf(error);
      if (state === LOCK_NOT_AVAILABLE || state === DEADLOCK_DETECTED) return false;
      throw error;
    }
  }
}

async function createTables(manager: EntityManager, tables: readonly string[]): Promise<void> {
  const foreign = await queryRows<{ readonly name: string }>(
    manager,
    `SELECT conrelid::regclass::text AS name FROM pg_constraint
     WHERE contype = 'f' AND confrelid = ANY ($1::regclass[]) AND conrelid <> ALL ($1::regclass[])`,
    [tables],
  );
  assert(
    foreign.length === 0,
    `${foreign.map(({ name }) => name).join()} refer to what is rebuilt`,
  );
  await manager.query(`CREATE SCHEMA ${SCHEMA}`);
  const rules: string[] = [];
  for (const table of tables) rules.push(...(await rulesOf(manager, table)));
  for (const table of tables) {
    await manager.query(`CREATE TABLE ${SCHEMA}.${table} (LIKE public.${table} INCLUDING ALL)`);
  }
  await manager.query(`SET LOCAL search_path = ${SCHEMA}, public`);
  for (const rule of rules) await manager.query(rule);
}

/** What `LIKE` leaves out: foreign keys, triggers and storage parameters, by unqualified names. */
async function rulesOf(manager: EntityManager, table: string): Promise<readonly string[]> {
  const rows = await queryRows<{ readonly rule: string }>(
    manager,
    `SELECT format('ALTER TABLE %I ADD CONSTRAINT %I %s', $1::text, conname, pg_get_constraintdef(oid, true))
       AS rule
     FROM pg_constraint WHERE contype = 'f' AND conrelid = ('public.' || $1::text)::regclass
     UNION ALL
     SELECT pg_get_triggerdef(oid, true) FROM pg_trigger
     WHERE NOT tgisinternal AND tgrelid = ('public.' || $1::text)::regclass
     UNION ALL
     SELECT format('ALTER TABLE %I SET (%s)', $1::text, array_to_string(reloptions, ', '))
     FROM pg_class WHERE oid = ('public.' || $1::text)::regclass AND reloptions IS NOT NULL`,
    [table],
  );
  return rows.map(({ rule }) => rule);
}
