import type { MigrationInterface, QueryRunner } from 'typeorm';

const RUNS = `
  CREATE TABLE reconcile_run (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    is_ok          boolean NOT NULL,
    compared_pairs bigint  NOT NULL CHECK (compared_pairs >= 0),
    drift_wei      numeric(78, 0) NOT NULL CHECK (drift_wei >= 0),
    -- Supply of the reward token every run is measured against; the first run fixes it.
    initial_supply numeric(78, 0),
    report         jsonb   NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now()
  );
`;

/** What each comparison of the ledger with the chains found. */
export class ReconcileTables1763700000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(RUNS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE reconcile_run');
  }
}
