import type { MigrationInterface, QueryRunner } from 'typeorm';

const STATEMENTS = `
  -- What the books said when an epoch had ended on every chain: heads of the journals, and trees of
  -- what is owed. Follows from the journals; kept because the evidence of a decision carries it.
  CREATE TABLE epoch_statement (
    epoch      bigint PRIMARY KEY CHECK (epoch > 0),
    root       bytea  NOT NULL UNIQUE CHECK (octet_length(root) = 32),
    statement  text   NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE TRIGGER epoch_statement_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON epoch_statement
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
`;

/** What the books committed to at the end of each epoch. */
export class EpochStatements1763700000008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(STATEMENTS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE epoch_statement');
  }
}
