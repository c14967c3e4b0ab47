import type { MigrationInterface, QueryRunner } from 'typeorm';

const REFUSE_ROWS = `
  -- States of one generation of contracts cannot be turned into those of another, and journals may
  -- not be deleted: such a database stays what it is and a new one is built from the chains.
  DO $$ BEGIN
    IF EXISTS (SELECT 1 FROM posting_cursor) THEN
      RAISE EXCEPTION 'this database follows other contracts: start with an empty one'
        USING ERRCODE = '55000';
    END IF;
  END $$;
`;

const STATES = `
  CREATE TABLE farm_state (
    chain_id     bigint NOT NULL,
    farm_id      bigint NOT NULL,
    stake_token  bytea  NOT NULL CHECK (octet_length(stake_token) = 20),
    scale_bits   smallint NOT NULL CHECK (scale_bits BETWEEN 32 AND 95),
    has_terms    boolean NOT NULL,
    status       text   NOT NULL CHECK (status IN ('active', 'deposits-paused', 'ended')),
    total_weight numeric(78, 0) NOT NULL CHECK (total_weight >= 0),
    principal    numeric(78, 0) NOT NULL CHECK (principal BETWEEN 0 AND total_weight),
    -- Lock tiers and tenure steps on offer, as lists of whole numbers.
    tiers        jsonb  NOT NULL,
    steps        jsonb  NOT NULL,
    PRIMARY KEY (chain_id, farm_id)
  );

  -- Stream 0 is the emission.
  CREATE TABLE stream_state (
    chain_id  bigint NOT NULL,
    farm_id   bigint NOT NULL,
    stream    smallint NOT NULL CHECK (stream BETWEEN 0 AND 3),
    token     bytea  NOT NULL CHECK (octet_length(token) = 20),
    funder    bytea  NOT NULL CHECK (octet_length(funder) = 20),
    max_rate  numeric(78, 0) NOT NULL CHECK (max_rate >= 0),
    acc       numeric(78, 0) NOT NULL CHECK (acc >= 0),
    residue_x numeric(78, 0) NOT NULL CHECK (residue_x >= 0),
    remaining numeric(78, 0) NOT NULL CHECK (remaining >= 0),
    idle      numeric(78, 0) NOT NULL CHECK (idle >= 0),
    last_at   bigint NOT NULL,
    end_at    bigint NOT NULL,
    funded    numeric(78, 0) NOT NULL CHECK (funded >= remaining + idle),
    -- What claims rounded away so far, in 2^-95 wei.
    dust_x    numeric(78, 0) NOT NULL CHECK (dust_x >= 0),
    PRIMARY KEY (chain_id, farm_id, stream),
    FOREIGN KEY (chain_id, farm_id) REFERENCES farm_state (chain_id, farm_id)
  );

  -- Books of the tokens that streams pay and that fees are taken in.
  CREATE TABLE token_book (
    chain_id     bigint NOT NULL,
    token        bytea  NOT NULL CHECK (octet_length(token) = 20),
    funded       numeric(78, 0) NOT NULL CHECK (funded >= settled),
    settled      numeric(78, 0) NOT NULL CHECK (settled >= 0),
    dust_x       numeric(78, 0) NOT NULL CHECK (dust_x >= 0),
    treasury_due numeric(78, 0) NOT NULL CHECK (treasury_due >= 0),
    PRIMARY KEY (chain_id, token)
  );

  -- Whether what the journals gave covers, stream by stream, what was claimed.
  CREATE FUNCTION covers(posted numeric[], claimed numeric[]) RETURNS boolean
    LANGUAGE sql IMMUTABLE AS $$
      SELECT coalesce(bool_and(coalesce(p, 0) >= coalesce(c, 0) AND coalesce(c, 0) >= 0), true)
      FROM unnest(posted, claimed) AS row(p, c)
    $$;

  CREATE TABLE position_state (
    chain_id       bigint NOT NULL,
    farm_id        bigint NOT NULL,
    user_address   bytea  NOT NULL CHECK (octet_length(user_address) = 20),
    principal      numeric(78, 0) NOT NULL CHECK (principal >= 0),
    weight         numeric(78, 0) NOT NULL CHECK (weight >= principal),
    lock_end       bigint NOT NULL,
    tier           smallint NOT NULL,
    tier_boost_bps integer NOT NULL,
    fee_bps        integer NOT NULL,
    -- One entry for each stream, the emission first; entries that are missing at the end are 0.
    words          numeric(78, 0)[] NOT NULL CHECK (0 <= ALL (words)),
    claimed        numeric(78, 0)[] NOT NULL,
    -- Wei the journals gave to this position so far.
    posted         numeric(78, 0)[] NOT NULL CHECK (covers(posted, claimed)),
    PRIMARY KEY (chain_id, farm_id, user_address),
    FOREIGN KEY (chain_id, farm_id) REFERENCES farm_state (chain_id, farm_id)
  ) WITH (fillfactor = 80);
  CREATE INDEX position_state_by_user ON position_state (user_address);
`;

const EARLIER_STATES = `
  DROP TABLE position_state, token_book, stream_state, farm_state;
  DROP FUNCTION covers(numeric[], numeric[]);

  CREATE TABLE farm_state (
    chain_id        bigint NOT NULL,
    farm_id         bigint NOT NULL,
    stake_token     bytea  NOT NULL CHECK (octet_length(stake_token) = 20),
    scale_bits      smallint NOT NULL,
    min_weight_bits smallint NOT NULL,
    status          text   NOT NULL CHECK (status IN ('active', 'ended')),
    max_rate        numeric(78, 0) NOT NULL CHECK (max_rate >= 0),
    total_weight    numeric(78, 0) NOT NULL CHECK (total_weight >= 0),
    acc             numeric(78, 0) NOT NULL CHECK (acc >= 0),
    residue_x       numeric(78, 0) NOT NULL CHECK (residue_x >= 0),
    last_at         bigint NOT NULL,
    end_at          bigint NOT NULL,
    rate_x          numeric(78, 0) NOT NULL CHECK (rate_x >= 0),
    undistributed_x numeric(78, 0) NOT NULL CHECK (undistributed_x >= 0),
    carried_x       numeric(78, 0) NOT NULL CHECK (carried_x >= 0),
    funded          numeric(78, 0) NOT NULL CHECK (funded >= 0),
    PRIMARY KEY (chain_id, farm_id)
  );

  CREATE TABLE position_state (
    chain_id     bigint NOT NULL,
    farm_id      bigint NOT NULL,
    user_address bytea  NOT NULL CHECK (octet_length(user_address) = 20),
    weight       numeric(78, 0) NOT NULL CHECK (weight >= 0),
    acc_paid     numeric(78, 0) NOT NULL CHECK (acc_paid >= 0),
    pending_x    numeric(78, 0) NOT NULL CHECK (pending_x >= 0),
    claimed      numeric(78, 0) NOT NULL CHECK (claimed >= 0),
    -- Wei the journals gave to this position so far.
    posted       numeric(78, 0) NOT NULL CHECK (posted >= claimed),
    PRIMARY KEY (chain_id, farm_id, user_address),
    FOREIGN KEY (chain_id, farm_id) REFERENCES farm_state (chain_id, farm_id)
  ) WITH (fillfactor = 80);
  CREATE INDEX position_state_by_user ON position_state (user_address);
`;

/** Farms with several reward streams, locks and whole-wei emissions replace the earlier states. */
export class FarmStreams1763700000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(REFUSE_ROWS);
    await runner.query('DROP TABLE position_state, farm_state');
    await runner.query(STATES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(REFUSE_ROWS);
    await runner.query(EARLIER_STATES);
  }
}
