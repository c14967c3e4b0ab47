import type { MigrationInterface, QueryRunner } from 'typeorm';

const CURSORS_AND_BLOCKS = `
  CREATE TABLE chain_cursor (
    chain_id            bigint PRIMARY KEY,
    cursor_block        bigint NOT NULL,
    cursor_hash         bytea  NOT NULL,
    cursor_timestamp    bigint NOT NULL,
    head_block          bigint NOT NULL,
    head_hash           bytea  NOT NULL,
    finalized_block     bigint NOT NULL,
    finalized_timestamp bigint NOT NULL,
    fence               bigint NOT NULL DEFAULT 0,
    sources_digest      bytea  NOT NULL,
    halted_reason       text,
    last_error          text,
    updated_at          timestamptz NOT NULL DEFAULT now(),
    CHECK (octet_length(cursor_hash) = 32 AND octet_length(head_hash) = 32)
  );

  -- Every block above the finalized one, and every block that holds a log.
  CREATE TABLE block (
    chain_id    bigint NOT NULL,
    number      bigint NOT NULL,
    hash        bytea  NOT NULL CHECK (octet_length(hash) = 32),
    parent_hash bytea  CHECK (octet_length(parent_hash) = 32),
    timestamp   bigint NOT NULL,
    PRIMARY KEY (chain_id, number)
  );

  CREATE TABLE reorg (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    chain_id    bigint NOT NULL,
    fork_block  bigint NOT NULL,
    old_block   bigint NOT NULL,
    old_hash    bytea  NOT NULL,
    logs_undone bigint NOT NULL,
    cause       text   NOT NULL CHECK (cause IN ('fork', 'missing-log')),
    occurred_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE INDEX reorg_by_chain ON reorg (chain_id, id);
`;

const LOGS = `
  CREATE TABLE raw_log (
    chain_id     bigint  NOT NULL,
    block_number bigint  NOT NULL,
    log_index    integer NOT NULL,
    tx_hash      bytea   NOT NULL CHECK (octet_length(tx_hash) = 32),
    address      bytea   NOT NULL CHECK (octet_length(address) = 20),
    topic0       bytea   CHECK (octet_length(topic0) = 32),
    topic1       bytea   CHECK (octet_length(topic1) = 32),
    topic2       bytea   CHECK (octet_length(topic2) = 32),
    topic3       bytea   CHECK (octet_length(topic3) = 32),
    data         bytea   NOT NULL,
    -- Number the contract itself gave the event; NULL when it numbers nothing.
    sequence     numeric(20, 0),
    PRIMARY KEY (chain_id, block_number, log_index),
    FOREIGN KEY (chain_id, block_number) REFERENCES block (chain_id, number) ON DELETE CASCADE
  );
  CREATE UNIQUE INDEX raw_log_by_sequence ON raw_log (chain_id, address, sequence)
    WHERE sequence IS NOT NULL;

  CREATE TABLE log_subject (
    subject         text    NOT NULL COLLATE "C",
    chain_id        bigint  NOT NULL,
    block_number    bigint  NOT NULL,
    log_index       integer NOT NULL,
    kind            text    NOT NULL COLLATE "C"
                    GENERATED ALWAYS AS (split_part(subject, ':', 1)) STORED,
    block_timestamp bigint  NOT NULL,
    PRIMARY KEY (subject, chain_id, block_number, log_index),
    FOREIGN KEY (chain_id, block_number, log_index)
      REFERENCES raw_log (chain_id, block_number, log_index) ON DELETE CASCADE
  );
  CREATE INDEX log_subject_by_log ON log_subject (chain_id, block_number, log_index);
  CREATE INDEX log_subject_by_time
    ON log_subject (kind, block_timestamp, chain_id, block_number, log_index);

  CREATE TABLE contract_sequence (
    chain_id      bigint NOT NULL,
    address       bytea  NOT NULL CHECK (octet_length(address) = 20),
    last_sequence numeric(20, 0) NOT NULL CHECK (last_sequence >= 0),
    PRIMARY KEY (chain_id, address)
  );
`;

/** What is final has been paid on: no code path may change it, not even by mistake. */
const FINALITY_GUARDS = `
  CREATE FUNCTION refuse_final_change() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    changed_block bigint;
    final_block bigint;
  BEGIN
    IF TG_TABLE_NAME = 'block' THEN
      changed_block := OLD.number;
    ELSE
      changed_block := OLD.block_number;
    END IF;
    SELECT finalized_block INTO final_block FROM chain_cursor WHERE chain_id = OLD.chain_id;
    IF changed_block <= final_block THEN
      RAISE EXCEPTION '% of chain % in block % is final (finalized block %)',
        TG_TABLE_NAME, OLD.chain_id, changed_block, final_block USING ERRCODE = '55000';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  END $$;
  CREATE TRIGGER raw_log_final BEFORE UPDATE OR DELETE ON raw_log
    FOR EACH ROW EXECUTE FUNCTION refuse_final_change();
  CREATE TRIGGER block_final BEFORE UPDATE ON block
    FOR EACH ROW EXECUTE FUNCTION refuse_final_change();

  CREATE FUNCTION refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '55000';
  END $$;
  CREATE TRIGGER raw_log_truncate BEFORE TRUNCATE ON raw_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate();

  CREATE FUNCTION refuse_finality_fall() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF NEW.finalized_block < OLD.finalized_block THEN
      RAISE EXCEPTION 'finalized block of chain % cannot fall from % to %',
        OLD.chain_id, OLD.finalized_block, NEW.finalized_block USING ERRCODE = '55000';
    END IF;
    RETURN NEW;
  END $$;
  CREATE TRIGGER chain_cursor_finality BEFORE UPDATE ON chain_cursor
    FOR EACH ROW EXECUTE FUNCTION refuse_finality_fall();
`;

const TRANSACTIONS = `
  CREATE TABLE tx_intent (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    chain_id     bigint NOT NULL,
    business_key text   NOT NULL UNIQUE,
    description  text   NOT NULL,
    signer       bytea  NOT NULL CHECK (octet_length(signer) = 20),
    nonce        bigint NOT NULL CHECK (nonce >= 0),
    target       bytea  NOT NULL CHECK (octet_length(target) = 20),
    hash         bytea  NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
    raw          bytea  NOT NULL,
    state        text   NOT NULL DEFAULT 'signed'
                 CHECK (state IN ('signed', 'mined', 'final', 'reverted')),
    has_reverted boolean NOT NULL DEFAULT false,
    block_number bigint,
    block_hash   bytea,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    UNIQUE (chain_id, signer, nonce),
    CHECK ((state = 'signed') = (block_number IS NULL)),
    CHECK ((block_number IS NULL) = (block_hash IS NULL))
  );
  CREATE INDEX tx_intent_open ON tx_intent (chain_id, signer, nonce)
    WHERE state IN ('signed', 'mined');
`;

/** Cursors, blocks, raw logs and their subjects, and the transactions we send. */
export class CoreTables1763700000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(CURSORS_AND_BLOCKS);
    await runner.query(LOGS);
    await runner.query(FINALITY_GUARDS);
    await runner.query(TRANSACTIONS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE tx_intent, contract_sequence, log_subject, raw_log, reorg, block, chain_cursor;
      DROP FUNCTION refuse_final_change, refuse_truncate, refuse_finality_fall;
    `);
  }
}
