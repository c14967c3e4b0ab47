import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A foreign key and a row trigger cost a query for each row. Postings come by the thousand, so
 * their rules are checked for all rows of a statement, or of a transaction, at once; they refuse
 * exactly what the keys refused, because journals, postings and accounts are append-only.
 *
 * The settings hold because a session keeps the plan it made when the tables were still empty. What
 * they forbid looks dear enough to older servers to be compiled first, which takes 100 ms.
 */
const RULES = `
  ALTER TABLE posting DROP CONSTRAINT posting_account_id_fkey;
  ALTER TABLE posting DROP CONSTRAINT posting_journal_id_leg_count_fkey;
  ALTER TABLE journal DROP CONSTRAINT journal_id_leg_count_key;
  DROP TRIGGER journal_balanced ON journal;
  DROP FUNCTION check_journal;

  CREATE FUNCTION check_postings() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
    SET jit = off AS $$
  DECLARE
    bad record;
  BEGIN
    SELECT p.journal_id, p.leg, j.id IS NULL OR a.id IS NULL AS is_lost INTO bad
    FROM added p
    LEFT JOIN journal j ON j.id = p.journal_id AND j.leg_count = p.leg_count
    LEFT JOIN account a ON a.id = p.account_id
    WHERE j.id IS NULL OR a.id IS NULL OR a.chain_id <> j.chain_id LIMIT 1;
    IF FOUND AND bad.is_lost THEN
      RAISE EXCEPTION 'leg % of journal % has no such journal or no such account',
        bad.leg, bad.journal_id USING ERRCODE = '23503';
    ELSIF FOUND THEN
      RAISE EXCEPTION 'leg % of journal % posts to an account of another chain',
        bad.leg, bad.journal_id USING ERRCODE = '23514';
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER posting_refers AFTER INSERT ON posting REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION check_postings();

  ALTER TABLE balance DROP CONSTRAINT balance_account_id_fkey;
  CREATE FUNCTION check_balances() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
    SET jit = off AS $$
  DECLARE
    lost bigint;
  BEGIN
    SELECT b.account_id INTO lost FROM added b
    WHERE NOT EXISTS (SELECT FROM account a WHERE a.id = b.account_id) LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'balance of account %, which is not there', lost USING ERRCODE = '23503';
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER balance_refers AFTER INSERT ON balance REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION check_balances();

  -- Journals of the transaction that still have to be checked; empty for everybody else.
  CREATE TABLE unchecked_journals (
    first_id bigint NOT NULL,
    last_id  bigint NOT NULL
  );

  CREATE FUNCTION note_journals() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO unchecked_journals SELECT min(id), max(id) FROM added HAVING count(*) > 0;
    RETURN NULL;
  END $$;
  CREATE TRIGGER journal_noted AFTER INSERT ON journal REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION note_journals();

  -- A journal has at most leg_count legs, so all are complete when their sums agree. Journals of
  -- others in the range are either invisible or committed, and so checked.
  CREATE FUNCTION check_journals() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
    SET jit = off AS $$
  DECLARE
    bad record;
    is_complete boolean;
  BEGIN
    SELECT (SELECT coalesce(sum(leg_count), 0) FROM journal
            WHERE id BETWEEN NEW.first_id AND NEW.last_id)
         = (SELECT count(*) FROM posting
            WHERE journal_id BETWEEN NEW.first_id AND NEW.last_id) INTO is_complete;
    IF NOT is_complete THEN
      RAISE EXCEPTION 'a journal from % to % lacks postings', NEW.first_id, NEW.last_id
        USING ERRCODE = '23514';
    END IF;
    SELECT p.journal_id, a.asset, sum(p.amount) AS total INTO bad
    FROM posting p JOIN account a ON a.id = p.account_id
    WHERE p.journal_id BETWEEN NEW.first_id AND NEW.last_id
    GROUP BY p.journal_id, a.asset HAVING sum(p.amount) <> 0 LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'journal % is unbalanced: % of %',
        bad.journal_id, bad.total, encode(bad.asset, 'hex') USING ERRCODE = '23514';
    END IF;
    DELETE FROM unchecked_journals WHERE ctid = (SELECT ctid FROM unchecked_journals
      WHERE first_id = NEW.first_id AND last_id = NEW.last_id LIMIT 1);
    RETURN NULL;
  END $$;
  CREATE CONSTRAINT TRIGGER journal_balanced AFTER INSERT ON unchecked_journals
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_journals();
`;

/** One expression that the planner puts in place of the call; a position has four streams at most. */
const COVERS = `
  CREATE OR REPLACE FUNCTION covers(posted numeric[], claimed numeric[]) RETURNS boolean
    LANGUAGE sql IMMUTABLE AS $$
      SELECT cardinality(claimed) <= 4
        AND coalesce(claimed[1], 0) BETWEEN 0 AND coalesce(posted[1], 0)
        AND coalesce(claimed[2], 0) BETWEEN 0 AND coalesce(posted[2], 0)
        AND coalesce(claimed[3], 0) BETWEEN 0 AND coalesce(posted[3], 0)
        AND coalesce(claimed[4], 0) BETWEEN 0 AND coalesce(posted[4], 0)
    $$;
`;

const EARLIER_RULES = `
  CREATE OR REPLACE FUNCTION covers(posted numeric[], claimed numeric[]) RETURNS boolean
    LANGUAGE sql IMMUTABLE AS $$
      SELECT coalesce(bool_and(coalesce(p, 0) >= coalesce(c, 0) AND coalesce(c, 0) >= 0), true)
      FROM unnest(posted, claimed) AS row(p, c)
    $$;

  DROP TABLE unchecked_journals;
  DROP TRIGGER posting_refers ON posting;
  DROP TRIGGER journal_noted ON journal;
  DROP TRIGGER balance_refers ON balance;
  DROP FUNCTION check_postings, check_balances, note_journals, check_journals;

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
      IF sums.chain_id <> NEW.chain_id OR sums.total <> 0 THEN
        RAISE EXCEPTION 'journal % is unbalanced or leaves its chain', NEW.business_key
          USING ERRCODE = '23514';
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
  ALTER TABLE journal ADD UNIQUE (id, leg_count);
  ALTER TABLE balance ADD FOREIGN KEY (account_id) REFERENCES account (id);
  ALTER TABLE posting ADD FOREIGN KEY (account_id) REFERENCES account (id);
  ALTER TABLE posting ADD FOREIGN KEY (journal_id, leg_count) REFERENCES journal (id, leg_count);
`;

/** Checks the postings of a statement, and the journals of a transaction, together. */
export class SetBasedRules1763700000010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(RULES);
    await runner.query(COVERS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(EARLIER_RULES);
  }
}
