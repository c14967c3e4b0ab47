import type { MigrationInterface, QueryRunner } from 'typeorm';

const ACCOUNTS = `
  CREATE TABLE account (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    chain_id bigint NOT NULL,
    asset    bytea  NOT NULL CHECK (octet_length(asset) = 20),
    kind     text   NOT NULL COLLATE "C",
    owner    text   NOT NULL COLLATE "C",
    UNIQUE (chain_id, asset, kind, owner)
  );
  CREATE INDEX account_by_owner ON account (owner);

  -- Sums of the postings of an account; written with them, recounted by the audit.
  CREATE TABLE balance (
    account_id   bigint PRIMARY KEY REFERENCES account (id),
    debits       numeric(78, 0) NOT NULL DEFAULT 0 CHECK (debits >= 0),
    credits      numeric(78, 0) NOT NULL DEFAULT 0 CHECK (credits >= 0),
    may_overdraw boolean NOT NULL,
    CONSTRAINT balance_covered CHECK (may_overdraw OR credits >= debits)
  ) WITH (fillfactor = 70);
`;

const JOURNALS = `
  -- Last journal of each chain; its row lock is what makes writers of one chain take turns.
  CREATE TABLE journal_head (
    chain_id bigint PRIMARY KEY,
    seq      bigint NOT NULL CHECK (seq >= 0),
    hash     bytea  NOT NULL CHECK (octet_length(hash) = 32)
  );

  CREATE TABLE journal (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    business_key text   NOT NULL COLLATE "C" UNIQUE,
    chain_id     bigint NOT NULL,
    seq          bigint NOT NULL CHECK (seq > 0),
    kind         text   NOT NULL COLLATE "C",
    block_number bigint NOT NULL,
    block_hash   bytea  NOT NULL CHECK (octet_length(block_hash) = 32),
    tx_hash      bytea  CHECK (octet_length(tx_hash) = 32),
    log_index    integer,
    occurred_at  bigint NOT NULL,
    leg_count    smallint NOT NULL CHECK (leg_count >= 2),
    prev_hash    bytea  NOT NULL CHECK (octet_length(prev_hash) = 32),
    hash         bytea  NOT NULL CHECK (octet_length(hash) = 32),
    inserted_at  timestamptz NOT NULL DEFAULT now(),
    UNIQUE (chain_id, seq),
    UNIQUE (id, leg_count)
  );
  CREATE INDEX journal_by_block ON journal (chain_id, block_number);

  -- The legs of a journal are numbered below its leg count and must all be there at commit, so no
  -- number is left for a leg that somebody adds later.
  CREATE TABLE posting (
    journal_id bigint   NOT NULL,
    leg        smallint NOT NULL,
    leg_count  smallint NOT NULL,
    account_id bigint   NOT NULL REFERENCES account (id),
    amount     numeric(78, 0) NOT NULL CHECK (amount <> 0),
    PRIMARY KEY (journal_id, leg),
    FOREIGN KEY (journal_id, leg_count) REFERENCES journal (id, leg_count),
    CHECK (leg >= 0 AND leg < leg_count)
  );
  CREATE INDEX posting_by_account ON posting (account_id, journal_id);
`;

const GUARDS = `
  -- A session keeps the plan it made when the tables were still empty; without the settings that
  -- can be a scan of all postings for every journal.
  CREATE FUNCTION check_journal() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
  DECLARE
    legs integer := 0;
    sums record;
  BEGIN
    FOR sums IN
      SELECT a.asset, a.chain_id, count(*) AS legs, sum(p.amount) AS total
      FROM posting p JOIN account a ON a.id = p.account_id
      WHERE p.journal_id = NEW.id GROUP BY a.asset, a.chain_id
    LOOP
      legs := legs + sums.legs;
      IF sums.chain_id <> NEW.chain_id THEN
        RAISE EXCEPTION 'journal % of chain % posts to an account of chain %',
          NEW.business_key, NEW.chain_id, sums.chain_id USING ERRCODE = '23514';
      END IF;
      IF sums.total <> 0 THEN
        RAISE EXCEPTION 'journal % is unbalanced: % of %',
          NEW.business_key, sums.total, encode(sums.asset, 'hex') USING ERRCODE = '23514';
      END IF;
    END LOOP;
    IF legs <> NEW.leg_count THEN
      RAISE EXCEPTION 'journal % has % of % postings',
        NEW.business_key, legs, NEW.leg_count USING ERRCODE = '23514';
    END IF;
    RETURN NULL;
  END $$;
  CREATE CONSTRAINT TRIGGER journal_balanced AFTER INSERT ON journal
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_journal();

  CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = '55000';
  END $$;
  CREATE TRIGGER journal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
  CREATE TRIGGER posting_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON posting
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
  CREATE TRIGGER account_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON account
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
  CREATE TRIGGER balance_kept BEFORE DELETE OR TRUNCATE ON balance
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
`;

/** Accounts, journals and postings of the double-entry ledger, with the rules the database keeps. */
export class LedgerTables1763700000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(ACCOUNTS);
    await runner.query(JOURNALS);
    await runner.query(GUARDS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE posting, journal, journal_head, balance, account;
      DROP FUNCTION check_journal, refuse_change;
    `);
  }
}
