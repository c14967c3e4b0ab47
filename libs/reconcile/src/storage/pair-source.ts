import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { queryRows } from '#database';
import { type Address, type ChainId, type FarmId } from '#kernel';
import { type Pair } from '../domain/compare-rows.js';

interface PairRow {
  readonly farmId: FarmId;
  readonly user: Address;
}

/**
 * Every position that any of our rows knows: a row that is missing in one table is found by the
 * others.
 */
const KNOWN_PAIRS = `
  known AS (
    SELECT farm_id, user_address FROM position_state WHERE chain_id = $1
    UNION
    SELECT split_part(owner, ':', 2)::bigint, decode(substr(split_part(owner, ':', 1), 3), 'hex')
    FROM account WHERE chain_id = $1 AND kind IN ('staked', 'reward')
    UNION
    SELECT farm_id, user_address FROM reconcile_claimed WHERE chain_id = $1
  )`;

const COLUMNS = `farm_id AS "farmId", user_address AS "user"`;

/** Suspects of one run; a ledger that is wrong everywhere need not be listed in full. */
const SUSPECTS_MAX = 1_000;

/** Chooses positions out of all tables that know some. */
@Injectable()
export class PairSource {
  async count(manager: EntityManager, chainId: ChainId): Promise<number> {
    const [row] = await queryRows<{ readonly count: number }>(
      manager,
      `WITH ${KNOWN_PAIRS} SELECT count(*) AS count FROM known`,
      [chainId],
    );
    return row?.count ?? 0;
  }

  async all(manager: EntityManager, chainId: ChainId): Promise<readonly Pair[]> {
    return queryRows<PairRow>(
      manager,
      `WITH ${KNOWN_PAIRS} SELECT ${COLUMNS} FROM known ORDER BY 1, 2`,
      [chainId],
    );
  }

  /** The same positions for the same seed, as long as there are no other ones. */
  async drawn(
    manager: EntityManager,
    chainId: ChainId,
    draw: { readonly seed: string; readonly size: number },
  ): Promise<readonly Pair[]> {
    return queryRows<PairRow>(
      manager,
      `WITH ${KNOWN_PAIRS} SELECT ${COLUMNS} FROM known
       ORDER BY md5($2 || farm_id || encode(user_address, 'hex')) LIMIT $3`,
      [chainId, draw.seed, draw.size],
    );
  }

  /** The position an account belongs to; none for an account of another kind. */
  async ofAccount(
    manager: EntityManager,
    chainId: ChainId,
    accountId: number,
  ): Promise<readonly Pair[]> {
    return queryRows<PairRow>(
      manager,
      `SELECT split_part(owner, ':', 2)::bigint AS "farmId",
         decode(substr(split_part(owner, ':', 1), 3), 'hex') AS "user"
       FROM account WHERE chain_id = $1 AND id = $2 AND kind IN ('staked', 'reward')`,
      [chainId, accountId],
    );
  }

  /**
   * Positions whose balances are not what their stored states say, over all positions: a ledger
   * and states that differ cannot both equal the chain.
   */
  async suspects(manager: EntityManager, chainId: ChainId): Promise<readonly Pair[]> {
    return queryRows<PairRow>(
      manager,
      `WITH stated AS (
         SELECT 'staked' AS kind, '0x' || encode(user_address, 'hex') || ':' || farm_id AS owner,
           principal AS balance
         FROM position_state WHERE chain_id = $1
         UNION ALL
         SELECT 'reward', '0x' || encode(user_address, 'hex') || ':' || farm_id
             || CASE WHEN s.stream = 1 THEN '' ELSE ':' || s.stream - 1 END,
           coalesce(s.posted, 0) - coalesce(s.claimed, 0)
         FROM position_state p,
           unnest(p.posted, p.claimed) WITH ORDINALITY AS s(posted, claimed, stream)
         WHERE p.chain_id = $1
       ), booked AS (
         SELECT a.kind, a.owner, b.credits - b.debits AS balance
         FROM account a JOIN balance b ON b.account_id = a.id
         WHERE a.chain_id = $1 AND a.kind IN ('staked', 'reward')
       )
       SELECT DISTINCT split_part(owner, ':', 2)::bigint AS "farmId",
         decode(substr(split_part(owner, ':', 1), 3), 'hex') AS "user"
       FROM stated FULL JOIN booked USING (kind, owner)
       WHERE coalesce(stated.balance, 0) <> coalesce(booked.balance, 0)
       ORDER BY 1, 2 LIMIT $2`,
      [chainId, SUSPECTS_MAX],
    );
  }
}
