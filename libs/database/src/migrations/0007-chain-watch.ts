import type { MigrationInterface, QueryRunner } from 'typeorm';

const QUARANTINE = `
  -- Endpoints that were caught with an answer that cannot be true. One without \`released_at\` is
  -- not asked until an operator lets it in again.
  CREATE TABLE node_quarantine (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    chain_id     bigint NOT NULL,
    -- Names the endpoint without its address, which may hold a token.
    node_key     text   NOT NULL,
    kind         text   NOT NULL,
    block_number bigint NOT NULL,
    answered     text   NOT NULL,
    proved       text   NOT NULL,
    -- SHA-256 over chain, node, kind, block, answer and proof.
    digest       bytea  NOT NULL CHECK (octet_length(digest) = 32),
    caught_at    timestamptz NOT NULL DEFAULT now(),
    released_at  timestamptz
  );
  CREATE UNIQUE INDEX node_quarantine_open ON node_quarantine (chain_id, node_key)
    WHERE released_at IS NULL;

  CREATE FUNCTION refuse_evidence_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF TG_OP = 'UPDATE' AND OLD.released_at IS NULL
       AND to_jsonb(NEW) - 'released_at' = to_jsonb(OLD) - 'released_at' THEN
      RETURN NEW;
    END IF;
    RAISE EXCEPTION 'evidence against an endpoint can only be released' USING ERRCODE = '55000';
  END $$;
  CREATE TRIGGER node_quarantine_evidence BEFORE UPDATE OR DELETE ON node_quarantine
    FOR EACH ROW EXECUTE FUNCTION refuse_evidence_change();
  CREATE TRIGGER node_quarantine_truncate BEFORE TRUNCATE ON node_quarantine
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate();
`;

const WATCH = `
  -- How a chain is read: which chain it was at first sight, how fast the index grows, and since
  -- when nothing new is believed.
  CREATE TABLE chain_watch (
    chain_id          bigint PRIMARY KEY,
    genesis_hash      bytea CHECK (octet_length(genesis_hash) = 32),
    blocks_per_second double precision,
    stalled_since     timestamptz,
    stalled_reason    text,
    CHECK ((stalled_since IS NULL) = (stalled_reason IS NULL))
  );
`;

const FOUND_SOURCES = `
  -- Contracts that a log announced; they go with the log when its block is taken back.
  CREATE TABLE found_source (
    chain_id     bigint  NOT NULL,
    block_number bigint  NOT NULL,
    log_index    integer NOT NULL,
    address      bytea   NOT NULL CHECK (octet_length(address) = 20),
    topics0      bytea[] NOT NULL,
    PRIMARY KEY (chain_id, block_number, log_index, address),
    FOREIGN KEY (chain_id, block_number, log_index)
      REFERENCES raw_log (chain_id, block_number, log_index) ON DELETE CASCADE
  );
`;

/** Evidence against endpoints, how chains are read, and contracts found on the way. */
export class ChainWatch1763700000007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(QUARANTINE);
    await runner.query(WATCH);
    await runner.query(FOUND_SOURCES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE found_source, chain_watch, node_quarantine');
    await runner.query('DROP FUNCTION refuse_evidence_change');
  }
}
