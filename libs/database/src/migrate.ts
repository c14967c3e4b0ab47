import type { DataSource } from 'typeorm';

/** Any constant of ours; processes that start together queue up on it. */
const MIGRATION_LOCK = 4_868_520_001;

/** Applies what is missing, one transaction per migration; one process at a time does it. */
export async function migrate(dataSource: DataSource): Promise<void> {
  const runner = dataSource.createQueryRunner();
  await runner.connect();
  try {
    await runner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    try {
      await dataSource.runMigrations({ transaction: 'each' });
    } finally {
      await runner.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    }
  } finally {
    await runner.release();
  }
}
