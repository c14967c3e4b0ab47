import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { copyBytes, copyRows, execute, preparedRows, queryRows, toBytea } from '#database';
import { type Address, assert, type ChainId, type FarmId, type Hex } from '#kernel';
import { type FarmState, type LockState, type PositionState } from '../domain/accumulator.js';
import { type TokenBook } from '../domain/farm-book.js';
import { type StreamState } from '../domain/stream.js';
import {
  POSITIONS_AT,
  POSITIONS_OF_USER_AT,
  POSITION_COLUMNS,
  POSITION_TARGET,
  POSTED_OF,
} from './position-queries.js';

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

/** A position with the wei of each stream that journals gave it so far. */
export interface StoredPosition extends PositionState {
  readonly posted: readonly bigint[];
}

/** All positions of a farm together. */
export interface PositionTotals {
  readonly farmId: FarmId;
  readonly count: number;
  readonly weight: bigint;
  /** Wei paid, by stream. */
  readonly claimed: readonly bigint[];
}

/** Which positions to read; all of a chain when nothing narrows it. */
export interface PositionFilter {
  readonly chainId: ChainId;
  readonly users?: readonly Address[] | undefined;
  readonly farmId?: FarmId | undefined;
}

/** Where a chain stands; what is derived from its rows holds as long as these do. */
export interface TipMarks {
  readonly cursorHash: Hex;
  readonly finalizedBlock: number;
  /** Null before the first block was posted. */
  readonly postedBlock: number | null;
}

type FarmRow = Omit<FarmState, 'streams'>;
type StreamRow = StreamState & { readonly farmId: FarmId };
type PositionRow = Omit<StoredPosition, 'lock'> & LockState;

const FARM_COLUMNS = `farm_id AS "farmId", stake_token AS "stakeToken", scale_bits AS "scaleBits",
  has_terms AS "hasTerms", status, total_weight AS "totalWeight", principal, tiers, steps`;

const STREAM_COLUMNS = `farm_id AS "farmId", token, funder, max_rate AS "maxRate", acc,
  residue_x AS "residueX", remaining, idle, last_at AS "lastAt", end_at AS "endAt", funded,
  dust_x AS "dustX"`;

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
    const farms = await queryRows<FarmRow>(
      manager,
      `SELECT ${FARM_COLUMNS} FROM farm_state WHERE chain_id = $1 ORDER BY farm_id`,
      [chainId],
    );
    const streams = await queryRows<StreamRow>(
      manager,
      `SELECT ${STREAM_COLUMNS} FROM stream_state WHERE chain_id = $1 ORDER BY farm_id, stream`,
      [chainId],
    );
    return farms.map((farm) => ({
      ...farm,
      // The database does not keep the order of the fields.
      tiers: farm.tiers.map(({ term, boostBps, feeBps }) => ({ term, boostBps, feeBps })),
      steps: farm.steps.map(({ minTenure, bonusBps }) => ({ minTenure, bonusBps })),
      streams: streams
        .filter(({ farmId }) => farmId === farm.farmId)
        .map(({ farmId: _farmId, ...stream }) => stream),
    }));
  }

  /** Ascending by token. */
  async tokens(
    chainId: ChainId,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<readonly TokenBook[]> {
    return queryRows<TokenBook>(
      manager,
      `SELECT token, funded, settled, dust_x AS "dustX", treasury_due AS "treasuryDue"
       FROM token_book WHERE chain_id = $1 ORDER BY token`,
      [chainId],
    );
  }

  /** Ascending by farm id and user. */
  async positions(
    filter: PositionFilter,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<readonly StoredPosition[]> {
    const rows = await queryRows<PositionRow>(
      manager,
      `SELECT ${POSITION_COLUMNS} FROM position_state
       WHERE chain_id = $1 AND ($2::bigint IS NULL OR farm_id = $2)
         AND ($3::text[] IS NULL OR user_address IN (
           SELECT decode(substr(u, 3), 'hex') FROM unnest($3::text[]) AS u))
       ORDER BY farm_id, user_address`,
      [filter.chainId, filter.farmId ?? null, filter.users ?? null],
    );
    return rows.map(toPosition);
  }

  /**
   * Positions, ascending by farm id and user, and where the chain stood in that very moment;
   * undefined before it was first indexed.
   */
  async positionsAt(filter: {
    readonly chainId: ChainId;
    readonly user?: Address | undefined;
    readonly farmId?: FarmId | undefined;
  }): Promise<
    { readonly marks: TipMarks; readonly positions: readonly StoredPosition[] } | undefined
  > {
    const { chainId, user, farmId } = filter;
    const rows = await preparedRows<TipMarks & (PositionRow | { readonly farmId: null })>(
      this.dataSource,
      user === undefined ? POSITIONS_AT : POSITIONS_OF_USER_AT,
      [chainId, farmId ?? null, ...(user === undefined ? [] : [toBytea(user)])],
    );
    const [first] = rows;
    if (first === undefined) return undefined;
    const { cursorHash, finalizedBlock, postedBlock } = first;
    const positions = rows.flatMap((row) => (row.farmId === null ? [] : [toPosition(row)]));
    return { marks: { cursorHash, finalizedBlock, postedBlock }, positions };
  }

  /** Wei of the emission that journals gave to a user's positions so far, on all chains. */
  async postedOf(
    user: Address,
  ): Promise<
    readonly { readonly chainId: ChainId; readonly farmId: FarmId; readonly wei: bigint }[]
  > {
    return preparedRows(this.dataSource, POSTED_OF, [toBytea(user)]);
  }

  /** One entry for each farm that has positions, ascending by farm id. */
  async positionTotals(
    chainId: ChainId,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<readonly PositionTotals[]> {
    const farms = await queryRows<Omit<PositionTotals, 'claimed'>>(
      manager,
      `SELECT farm_id AS "farmId", count(*) AS count, sum(weight) AS weight
       FROM position_state WHERE chain_id = $1 GROUP BY farm_id ORDER BY farm_id`,
      [chainId],
    );
    const paid = await queryRows<{ readonly farmId: FarmId; readonly claimed: bigint }>(
      manager,
      `SELECT p.farm_id AS "farmId", c.stream, sum(c.amount) AS claimed
       FROM position_state p, unnest(p.claimed) WITH ORDINALITY AS c(amount, stream)
       WHERE p.chain_id = $1 GROUP BY 1, 2 ORDER BY 1, 2`,
      [chainId],
    );
    return farms.map((farm) => ({
      ...farm,
      claimed: paid.filter(({ farmId }) => farmId === farm.farmId).map(({ claimed }) => claimed),
    }));
  }

  /** Writes changed farms of a chain with all their streams. */
  async saveFarms(
    manager: EntityManager,
    chainId: ChainId,
    farms: readonly FarmState[],
  ): Promise<void> {
    if (farms.length === 0) return;
    await manager.query(
      `INSERT INTO farm_state (chain_id, farm_id, stake_token, scale_bits, has_terms, status,
         total_weight, principal, tiers, steps)
       SELECT $1, f.farm_id, decode(substr(f.stake_token, 3), 'hex'), f.scale_bits, f.has_terms,
         f.status, f.total_weight, f.principal, f.tiers, f.steps
       FROM unnest($2::bigint[], $3::text[], $4::smallint[], $5::boolean[], $6::text[],
         $7::numeric[], $8::numeric[], $9::jsonb[], $10::jsonb[])
         AS f(farm_id, stake_token, scale_bits, has_terms, status, total_weight, principal, tiers,
           steps)
       ON CONFLICT (chain_id, farm_id) DO UPDATE SET status = excluded.status,
         total_weight = excluded.total_weight, principal = excluded.principal,
         tiers = excluded.tiers, steps = excluded.steps`,
      [
        chainId,
        farms.map(({ farmId }) => farmId),
        farms.map(({ stakeToken }) => stakeToken),
        farms.map(({ scaleBits }) => scaleBits),
        farms.map(({ hasTerms }) => hasTerms),
        farms.map(({ status }) => status),
        farms.map(({ totalWeight }) => String(totalWeight)),
        farms.map(({ principal }) => String(principal)),
        farms.map(({ tiers }) => JSON.stringify(tiers)),
        farms.map(({ steps }) => JSON.stringify(steps)),
      ],
    );
    await this.saveStreams(manager, chainId, farms);
  }

  private async saveStreams(
    manager: EntityManager,
    chainId: ChainId,
    farms: readonly FarmState[],
  ): Promise<void> {
    const streams = farms.flatMap(({ farmId, streams: own }) =>
      own.map((stream, index) => ({ ...stream, farmId, index })),
    );
    await manager.query(
      `INSERT INTO stream_state (chain_id, farm_id, stream, token, funder, max_rate, acc,
         residue_x, remaining, idle, last_at, end_at, funded, dust_x)
       SELECT $1, s.farm_id, s.stream, decode(substr(s.token, 3), 'hex'),
         decode(substr(s.funder, 3), 'hex'), s.max_rate, s.acc, s.residue_x, s.remaining, s.idle,
         s.last_at, s.end_at, s.funded, s.dust_x
       FROM unnest($2::bigint[], $3::smallint[], $4::text[], $5::text[], $6::numeric[],
         $7::numeric[], $8::numeric[], $9::numeric[], $10::numeric[], $11::bigint[],
         $12::bigint[], $13::numeric[], $14::numeric[])
         AS s(farm_id, stream, token, funder, max_rate, acc, residue_x, remaining, idle, last_at,
           end_at, funded, dust_x)
       ON CONFLICT (chain_id, farm_id, stream) DO UPDATE SET funder = excluded.funder,
         max_rate = excluded.max_rate, acc = excluded.acc, residue_x = excluded.residue_x,
         remaining = excluded.remaining, idle = excluded.idle, last_at = excluded.last_at,
         end_at = excluded.end_at, funded = excluded.funded, dust_x = excluded.dust_x`,
      [
        chainId,
        streams.map(({ farmId }) => farmId),
        streams.map(({ index }) => index),
        streams.map(({ token }) => token),
        streams.map(({ funder }) => funder),
        streams.map(({ maxRate }) => String(maxRate)),
        streams.map(({ acc }) => String(acc)),
        streams.map(({ residueX }) => String(residueX)),
        streams.map(({ remaining }) => String(remaining)),
        streams.map(({ idle }) => String(idle)),
        streams.map(({ lastAt }) => lastAt),
        streams.map(({ endAt }) => endAt),
        streams.map(({ funded }) => String(funded)),
        streams.map(({ dustX }) => String(dustX)),
      ],
    );
  }

  /** Writes the books of tokens of a chain. */
  async saveTokens(
    manager: EntityManager,
    chainId: ChainId,
    tokens: readonly TokenBook[],
  ): Promise<void> {
    if (tokens.length === 0) return;
    await manager.query(
      `INSERT INTO token_book (chain_id, token, funded, settled, dust_x, treasury_due)
       SELECT $1, decode(substr(t.token, 3), 'hex'), t.funded, t.settled, t.dust_x, t.treasury_due
       FROM unnest($2::text[], $3::numeric[], $4::numeric[], $5::numeric[], $6::numeric[])
         AS t(token, funded, settled, dust_x, treasury_due)
       ON CONFLICT (chain_id, token) DO UPDATE SET funded = excluded.funded,
         settled = excluded.settled, dust_x = excluded.dust_x,
         treasury_due = excluded.treasury_due`,
      [
        chainId,
        tokens.map(({ token }) => token),
        tokens.map(({ funded }) => String(funded)),
        tokens.map(({ settled }) => String(settled)),
        tokens.map(({ dustX }) => String(dustX)),
        tokens.map(({ treasuryDue }) => String(treasuryDue)),
      ],
    );
  }

  /** Adds positions that were not there before; their farms must be there. */
  async addPositions(
    manager: EntityManager,
    chainId: ChainId,
    positions: readonly StoredPosition[],
  ): Promise<void> {
    await copyRows(manager, POSITION_TARGET, {
      of: positions,
      toValues: ({ farmId, user, principal, weight, lock, words, claimed, posted }) => [
        chainId,
        farmId,
        copyBytes(user),
        principal,
        weight,
        lock.lockEnd,
        lock.tier,
        lock.tierBoostBps,
        lock.feeBps,
        arrayText(words),
        arrayText(claimed),
        arrayText(posted),
      ],
    });
  }

  /** Writes changed positions of a chain that are there. */
  async savePositions(
    manager: EntityManager,
    chainId: ChainId,
    positions: readonly StoredPosition[],
  ): Promise<void> {
    if (positions.length === 0) return;
    const saved = await execute(
      manager,
      `UPDATE position_state s SET principal = p.principal, weight = p.weight,
         lock_end = p.lock_end, tier = p.tier, tier_boost_bps = p.tier_boost_bps,
         fee_bps = p.fee_bps, words = p.words::numeric[], claimed = p.claimed::numeric[],
         posted = p.posted::numeric[]
       FROM unnest($2::bigint[], $3::text[], $4::numeric[], $5::numeric[], $6::bigint[],
         $7::smallint[], $8::integer[], $9::integer[], $10::text[], $11::text[], $12::text[])
         AS p(farm_id, user_address, principal, weight, lock_end, tier, tier_boost_bps, fee_bps,
           words, claimed, posted)
       WHERE s.chain_id = $1 AND s.farm_id = p.farm_id
         AND s.user_address = decode(substr(p.user_address, 3), 'hex')`,
      [
        chainId,
        positions.map(({ farmId }) => farmId),
        positions.map(({ user }) => user),
        positions.map(({ principal }) => String(principal)),
        positions.map(({ weight }) => String(weight)),
        positions.map(({ lock }) => lock.lockEnd),
        positions.map(({ lock }) => lock.tier),
        positions.map(({ lock }) => lock.tierBoostBps),
        positions.map(({ lock }) => lock.feeBps),
        positions.map(({ words }) => arrayText(words)),
        positions.map(({ claimed }) => arrayText(claimed)),
        positions.map(({ posted }) => arrayText(posted)),
      ],
    );
    assert(saved === positions.length, `saved ${saved} of ${positions.length} positions`);
  }
}

function toPosition(row: PositionRow): StoredPosition {
  const { farmId, user, principal, weight, words, claimed, posted } = row;
  const { lockEnd, tier, tierBoostBps, feeBps } = row;
  const lock = { lockEnd, tier, tierBoostBps, feeBps };
  return { farmId, user, principal, weight, words, claimed, posted, lock };
}

/** An array as Postgres reads it from text; `unnest` would flatten an array of arrays. */
function arrayText(values: readonly bigint[]): string {
  return `{${values.join(',')}}`;
}
