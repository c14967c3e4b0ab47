import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { queryRows } from '#database';
import { type Address, type ChainId, type FarmId, type Hex } from '#kernel';
import { type FarmState, type PositionState } from '../domain/accumulator.js';

/** How far the final logs of a chain are folded into stored states and journals. */
export interface PostingCursor {
  readonly chainId: ChainId;
  readonly postedBlock: number;
  readonly postedHash: Hex;
  readonly postedTimestamp: number;
  readonly farmsSeq: number;
  /** First epoch whose end the posted block has not passed. */
  readonly nextEpoch: number;
}

/** A position with the wei that journals gave it so far. */
export interface StoredPosition extends PositionState {
  readonly posted: bigint;
}

/** Which positions to read; all of a chain when nothing narrows it. */
export interface PositionFilter {
  readonly chainId: ChainId;
  readonly users?: readonly Address[] | undefined;
  readonly farmId?: FarmId | undefined;
}

const FARM_COLUMNS = `farm_id AS "farmId", stake_token AS "stakeToken", scale_bits AS "scaleBits",
  min_weight_bits AS "minWeightBits", status, max_rate AS "maxRate", total_weight AS "totalWeight",
  acc, residue_x AS "residueX", last_at AS "lastAt", end_at AS "endAt", rate_x AS "rateX",
  undistributed_x AS "undistributedX", carried_x AS "carriedX", funded`;

const POSITION_COLUMNS = `farm_id AS "farmId", user_address AS "user", weight,
  acc_paid AS "accPaid", pending_x AS "pendingX", claimed, posted`;

/** The final states of farms and positions, as of the posted block of each chain. */
@Injectable()
export class FarmStateStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Undefined before the first block was posted. */
  async cursor(
    chainId: ChainId,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<PostingCursor | undefined> {
    const [cursor] = await queryRows<PostingCursor>(
      manager,
      `SELECT chain_id AS "chainId", posted_block AS "postedBlock", posted_hash AS "postedHash",
         posted_timestamp AS "postedTimestamp", farms_seq AS "farmsSeq", next_epoch AS "nextEpoch"
       FROM posting_cursor WHERE chain_id = $1`,
      [chainId],
    );
    return cursor;
  }

  /** Ascending by farm id. */
  async farms(
    chainId: ChainId,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<readonly FarmState[]> {
    return queryRows<FarmState>(
      manager,
      `SELECT ${FARM_COLUMNS} FROM farm_state WHERE chain_id = $1 ORDER BY farm_id`,
      [chainId],
    );
  }

  /** Ascending by farm id and user. */
  async positions(
    filter: PositionFilter,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<readonly StoredPosition[]> {
    return queryRows<StoredPosition>(
      manager,
      `SELECT ${POSITION_COLUMNS} FROM position_state
       WHERE chain_id = $1 AND ($2::bigint IS NULL OR farm_id = $2)
         AND ($3::text[] IS NULL OR user_address IN (
           SELECT decode(substr(u, 3), 'hex') FROM unnest($3::text[]) AS u))
       ORDER BY farm_id, user_address`,
      [filter.chainId, filter.farmId ?? null, filter.users ?? null],
    );
  }

  /** Writes changed farms of a chain. */
  async saveFarms(
    manager: EntityManager,
    chainId: ChainId,
    farms: readonly FarmState[],
  ): Promise<void> {
    if (farms.length === 0) return;
    await manager.query(
      `INSERT INTO farm_state (chain_id, farm_id, stake_token, scale_bits, min_weight_bits, status,
         max_rate, total_weight, acc, residue_x, last_at, end_at, rate_x, undistributed_x,
         carried_x, funded)
       SELECT $1, f.farm_id, decode(substr(f.stake_token, 3), 'hex'), f.scale_bits,
         f.min_weight_bits, f.status, f.max_rate, f.total_weight, f.acc, f.residue_x, f.last_at,
         f.end_at, f.rate_x, f.undistributed_x, f.carried_x, f.funded
       FROM unnest($2::bigint[], $3::text[], $4::smallint[], $5::smallint[], $6::text[],
         $7::numeric[], $8::numeric[], $9::numeric[], $10::numeric[], $11::bigint[], $12::bigint[],
         $13::numeric[], $14::numeric[], $15::numeric[], $16::numeric[])
         AS f(farm_id, stake_token, scale_bits, min_weight_bits, status, max_rate, total_weight,
           acc, residue_x, last_at, end_at, rate_x, undistributed_x, carried_x, funded)
       ON CONFLICT (chain_id, farm_id) DO UPDATE SET status = excluded.status,
         total_weight = excluded.total_weight, acc = excluded.acc, residue_x = excluded.residue_x,
         last_at = excluded.last_at, end_at = excluded.end_at, rate_x = excluded.rate_x,
         undistributed_x = excluded.undistributed_x, carried_x = excluded.carried_x,
         funded = excluded.funded`,
      [
        chainId,
        farms.map(({ farmId }) => farmId),
        farms.map(({ stakeToken }) => stakeToken),
        farms.map(({ scaleBits }) => scaleBits),
        farms.map(({ minWeightBits }) => minWeightBits),
        farms.map(({ status }) => status),
        farms.map(({ maxRate }) => String(maxRate)),
        farms.map(({ totalWeight }) => String(totalWeight)),
        farms.map(({ acc }) => String(acc)),
        farms.map(({ residueX }) => String(residueX)),
        farms.map(({ lastAt }) => lastAt),
        farms.map(({ endAt }) => endAt),
        farms.map(({ rateX }) => String(rateX)),
        farms.map(({ undistributedX }) => String(undistributedX)),
        farms.map(({ carriedX }) => String(carriedX)),
        farms.map(({ funded }) => String(funded)),
      ],
    );
  }

  /** Writes changed positions of a chain; their farms must be there. */
  async savePositions(
    manager: EntityManager,
    chainId: ChainId,
    positions: readonly StoredPosition[],
  ): Promise<void> {
    if (positions.length === 0) return;
    await manager.query(
      `INSERT INTO position_state (chain_id, farm_id, user_address, weight, acc_paid, pending_x,
         claimed, posted)
       SELECT $1, p.farm_id, decode(substr(p.user_address, 3), 'hex'), p.weight, p.acc_paid,
         p.pending_x, p.claimed, p.posted
       FROM unnest($2::bigint[], $3::text[], $4::numeric[], $5::numeric[], $6::numeric[],
         $7::numeric[], $8::numeric[])
         AS p(farm_id, user_address, weight, acc_paid, pending_x, claimed, posted)
       ON CONFLICT (chain_id, farm_id, user_address) DO UPDATE SET weight = excluded.weight,
         acc_paid = excluded.acc_paid, pending_x = excluded.pending_x, claimed = excluded.claimed,
         posted = excluded.posted`,
      [
        chainId,
        positions.map(({ farmId }) => farmId),
        positions.map(({ user }) => user),
        positions.map(({ weight }) => String(weight)),
        positions.map(({ accPaid }) => String(accPaid)),
        positions.map(({ pendingX }) => String(pendingX)),
        positions.map(({ claimed }) => String(claimed)),
        positions.map(({ posted }) => String(posted)),
      ],
    );
  }
}
