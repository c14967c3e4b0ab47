import type { MigrationInterface, QueryRunner } from 'typeorm';

const DECISIONS = `
  -- What an epoch was decided from. Stored before the decision is signed and never changed.
  CREATE TABLE epoch_decision (
    epoch         bigint  NOT NULL CHECK (epoch > 0),
    revision      integer NOT NULL CHECK (revision > 0),
    -- Counts the decisions of a revision that the controller refused.
    attempt       integer NOT NULL CHECK (attempt > 0),
    business_key  text    NOT NULL UNIQUE,
    evidence      text    NOT NULL,
    evidence_hash bytea   NOT NULL UNIQUE CHECK (octet_length(evidence_hash) = 32),
    -- Chain time of the hub, seconds.
    decided_at    bigint  NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (epoch, revision, attempt)
  );

  CREATE FUNCTION refuse_decision_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION 'epoch_decision is append-only' USING ERRCODE = '55000';
  END $$;
  CREATE TRIGGER epoch_decision_append_only BEFORE UPDATE OR DELETE ON epoch_decision
    FOR EACH ROW EXECUTE FUNCTION refuse_decision_change();
`;

const WITNESSES = `
  -- Packets seen at their source while their block could still be reorganised away.
  CREATE TABLE packet_witness (
    guid           bytea  NOT NULL CHECK (octet_length(guid) = 32),
    payload_hash   bytea  NOT NULL CHECK (octet_length(payload_hash) = 32),
    src_block_hash bytea  NOT NULL CHECK (octet_length(src_block_hash) = 32),
    src_chain_id   bigint NOT NULL,
    seen_at        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (guid, payload_hash, src_block_hash)
  );
`;

/** The evidence of emission decisions, and the packets seen in blocks that may still vanish. */
export class EmissionDecisions1763700000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(DECISIONS);
    await runner.query(WITNESSES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE packet_witness, epoch_decision;
      DROP FUNCTION refuse_decision_change;
    `);
  }
}
