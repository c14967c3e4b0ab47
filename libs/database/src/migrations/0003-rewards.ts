import type { MigrationInterface, QueryRunner } from 'typeorm';

const STATES = `
  -- How far the final logs of a chain are folded into the tables below and into journals.
  CREATE TABLE posting_cursor (
    chain_id         bigint PRIMARY KEY,
    posted_block     bigint NOT NULL,
    posted_hash      bytea  NOT NULL CHECK (octet_length(posted_hash) = 32),
    posted_timestamp bigint NOT NULL,
    farms_seq        bigint NOT NULL CHECK (farms_seq >= 0),
    -- First epoch whose end has not been passed by the posted block.
    next_epoch       bigint NOT NULL CHECK (next_epoch > 0),
    updated_at       timestamptz NOT NULL DEFAULT now()
  );

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

  -- Blocks at which everything accrued was posted: the last block before an epoch ends. Rows alone
  -- equal the chain there.
  CREATE TABLE accrual_boundary (
    chain_id        bigint NOT NULL,
    block_number    bigint NOT NULL,
    block_hash      bytea  NOT NULL CHECK (octet_length(block_hash) = 32),
    block_timestamp bigint NOT NULL,
    -- First epoch that ends between this block and the next.
    epoch           bigint NOT NULL CHECK (epoch > 0),
    PRIMARY KEY (chain_id, block_number)
  );
`;

/** Final states of farms and positions, and how far they and the journals reach. */
export class RewardTables1763700000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(STATES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE accrual_boundary, position_state, farm_state, posting_cursor;
    `);
  }
}
