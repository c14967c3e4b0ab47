import type { MigrationInterface, QueryRunner } from 'typeorm';

const RUNS = `
  ALTER TABLE reconcile_run
    ADD COLUMN mode text NOT NULL DEFAULT 'full' CHECK (mode IN ('full', 'sampled')),
    -- What the positions of a sampled run were drawn with: the same seed draws the same ones.
    ADD COLUMN seed text;

  -- Newest block at which a chain was compared and nothing differed.
  CREATE TABLE reconcile_verified (
    chain_id     bigint PRIMARY KEY,
    block_number bigint NOT NULL,
    block_hash   bytea  NOT NULL CHECK (octet_length(block_hash) = 32),
    run_id       bigint NOT NULL REFERENCES reconcile_run (id),
    verified_at  timestamptz NOT NULL DEFAULT now()
  );

  -- Wei each position was paid up to that block. No contract counts it for each position, and
  -- reading all logs anew for every run would cost more with every day.
  CREATE TABLE reconcile_claimed (
    chain_id     bigint   NOT NULL,
    farm_id      bigint   NOT NULL,
    user_address bytea    NOT NULL CHECK (octet_length(user_address) = 20),
    stream       smallint NOT NULL CHECK (stream BETWEEN 0 AND 3),
    claimed      numeric(78, 0) NOT NULL CHECK (claimed > 0),
    PRIMARY KEY (chain_id, farm_id, user_address, stream)
  );
`;

const HOLDS = `
  -- What differs from its chain and must not be relied on until it is equal again.
  CREATE TABLE hold (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    chain_id    bigint NOT NULL,
    scope       text   NOT NULL
                CHECK (scope IN ('chain', 'farm', 'account', 'order', 'journey', 'proposal')),
    -- Farm, user:farm, epoch, guid or proposal; empty for a whole chain.
    subject     text   NOT NULL COLLATE "C",
    reason      text   NOT NULL,
    run_id      bigint NOT NULL,
    placed_at   timestamptz NOT NULL DEFAULT now(),
    released_at timestamptz,
    released_by text,
    CHECK ((released_at IS NULL) = (released_by IS NULL)),
    CHECK ((scope = 'chain') = (subject = ''))
  );
  CREATE UNIQUE INDEX hold_open ON hold (chain_id, scope, subject) WHERE released_at IS NULL;
`;

/** Lets a reconciliation go on from the last good one, and pause exactly what differs. */
export class ReconcileScope1763700000009 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(RUNS);
    await runner.query(HOLDS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE hold, reconcile_claimed, reconcile_verified;
      ALTER TABLE reconcile_run DROP COLUMN mode, DROP COLUMN seed;
    `);
  }
}
