import { Injectable } from '@nestjs/common';
import type { ChainLog } from '#chain';
import { queryRows, toBytea } from '#database';
import type { Address, ChainId, Hex } from '#kernel';
import { DataSource } from 'typeorm';
import { ChainCursorRow } from './storage/chain-cursor.row.js';
import { ChainWatchRow } from './storage/chain-watch.row.js';
import { ReorgRow } from './storage/reorg.row.js';

/** A log of the index; `isFinal` when its block can no longer be reorganised away. */
export interface IndexedLog extends ChainLog {
  readonly isFinal: boolean;
}

/** How far a chain has been indexed, and whether it goes on. */
export type ChainCursor = Readonly<Omit<ChainCursorRow, 'fence' | 'sourcesDigest'>>;

/** How a chain is being read: since when nothing new is believed, and how fast it catches up. */
export type ChainWatch = Readonly<Omit<ChainWatchRow, 'genesisHash'>>;

/** A reorganisation the index has followed. */
export type Reorg = Readonly<ReorgRow>;

const LOG_COLUMNS = `
  l.chain_id, l.block_number, b.hash AS block_hash, b.timestamp AS block_timestamp, l.tx_hash,
  l.log_index, l.address, l.topic0, l.topic1, l.topic2, l.topic3, l.data,
  l.block_number <= c.finalized_block AS is_final`;

const LOG_TABLES = `
  raw_log l
  JOIN block b ON b.chain_id = l.chain_id AND b.number = l.block_number
  JOIN chain_cursor c ON c.chain_id = l.chain_id`;

const CHAIN_ORDER = 'l.chain_id, l.block_number, l.log_index';

/** Reads of the index. Every method reads one consistent state; two calls may see two. */
@Injectable()
export class LogStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Logs of a subject on all chains, ordered by chain, block and position. */
  async bySubject(subject: string): Promise<readonly IndexedLog[]> {
    return (await this.bySubjects([subject])).get(subject) ?? [];
  }

  /** The same for many subjects at once; a subject without a log has an empty list. */
  async bySubjects(
    subjects: readonly string[],
  ): Promise<ReadonlyMap<string, readonly IndexedLog[]>> {
    const found = new Map<string, IndexedLog[]>(subjects.map((subject) => [subject, []]));
    const rows = await queryRows<LogRow & { readonly subject: string }>(
      this.dataSource.manager,
      `SELECT s.subject, ${LOG_COLUMNS}
       FROM ${LOG_TABLES}
       JOIN log_subject s ON s.chain_id = l.chain_id AND s.block_number = l.block_number
         AND s.log_index = l.log_index
       WHERE s.subject = ANY($1)
       ORDER BY ${CHAIN_ORDER}`,
      [[...found.keys()]],
    );
    for (const row of rows) found.get(row.subject)?.push(toLog(row));
    return found;
  }

  /**
   * Final logs of a chain above `afterBlock` up to `toBlock`, in order. Blocks that are not final
   * are left out, so never ask beyond the cursor's `finalizedBlock` and then move past it.
   */
  async finalRange(options: {
    readonly chainId: ChainId;
    readonly afterBlock: number;
    readonly toBlock: number;
    /** Only logs of these contracts; absent: of all. */
    readonly addresses?: readonly Address[];
  }): Promise<readonly IndexedLog[]> {
    const { chainId, afterBlock, toBlock, addresses } = options;
    const rows = await queryRows<LogRow>(
      this.dataSource.manager,
      `SELECT ${LOG_COLUMNS} FROM ${LOG_TABLES}
       WHERE l.chain_id = $1 AND l.block_number > $2 AND l.block_number <= $3
         AND l.block_number <= c.finalized_block
         AND ($4::bytea[] IS NULL OR l.address = ANY($4))
       ORDER BY ${CHAIN_ORDER}`,
      [chainId, afterBlock, toBlock, addresses?.map(toBytea) ?? null],
    );
    return rows.map(toLog);
  }

  /**
   * The newest block up to which there are at most `limit` logs above `afterBlock`, but at least the
   * first block with a log; undefined when all that is indexed is within the limit.
   */
  async blockOfShare(options: {
    readonly chainId: ChainId;
    readonly afterBlock: number;
    readonly limit: number;
  }): Promise<number | undefined> {
    const { chainId, afterBlock, limit } = options;
    const [row] = await queryRows<{ readonly number: number }>(
      this.dataSource.manager,
      `SELECT greatest(beyond.block_number - 1,
         (SELECT min(block_number) FROM raw_log WHERE chain_id = $1 AND block_number > $2)
       ) AS number
       FROM (SELECT block_number FROM raw_log WHERE chain_id = $1 AND block_number > $2
             ORDER BY chain_id, block_number, log_index OFFSET $3 LIMIT 1) beyond`,
      [chainId, afterBlock, limit],
    );
    return row?.number;
  }

  /** Logs of a chain that are not final yet, in order. */
  async provisional(chainId: ChainId): Promise<readonly IndexedLog[]> {
    const rows = await queryRows<LogRow>(
      this.dataSource.manager,
      `SELECT ${LOG_COLUMNS} FROM ${LOG_TABLES}
       WHERE l.chain_id = $1 AND l.block_number > c.finalized_block
       ORDER BY ${CHAIN_ORDER}`,
      [chainId],
    );
    return rows.map(toLog);
  }

  /**
   * Subjects that start with `prefix`, the one with the newest log first; by chain time, since
   * blocks of different chains have no order of their own.
   *
   * @param options.prefix With its colon, such as `guid:`.
   * @param options.before Last subject of the page before. It keeps its place unless it got a new
   * log meanwhile; then subjects can repeat but never be left out.
   */
  async subjects(options: {
    readonly prefix: string;
    readonly limit: number;
    readonly before?: string | undefined;
  }): Promise<readonly string[]> {
    const { prefix, limit, before } = options;
    const rows = await queryRows<{ readonly subject: string }>(
      this.dataSource.manager,
      `WITH position AS (
         SELECT block_timestamp, chain_id, block_number, log_index FROM log_subject
         WHERE subject = $3
         ORDER BY block_timestamp DESC, chain_id DESC, block_number DESC, log_index DESC LIMIT 1
       )
       SELECT s.subject FROM log_subject s
       WHERE s.kind = split_part($1, ':', 1) AND starts_with(s.subject, $1)
         AND ($3::text IS NULL
              OR (s.block_timestamp, s.chain_id, s.block_number, s.log_index, s.subject)
                 < (SELECT p.block_timestamp, p.chain_id, p.block_number, p.log_index, $3
                    FROM position p))
         AND NOT EXISTS (
           SELECT FROM log_subject n
           WHERE n.subject = s.subject
             AND (n.block_timestamp, n.chain_id, n.block_number, n.log_index)
                 > (s.block_timestamp, s.chain_id, s.block_number, s.log_index))
       ORDER BY s.block_timestamp DESC, s.chain_id DESC, s.block_number DESC, s.log_index DESC,
                s.subject DESC
       LIMIT $2`,
      [prefix, limit, before ?? null],
    );
    return rows.map(({ subject }) => subject);
  }

  /** Undefined until the chain has been looked at for the first time. */
  async cursor(chainId: ChainId): Promise<ChainCursor | undefined> {
    const row = await this.dataSource.getRepository(ChainCursorRow).findOneBy({ chainId });
    return row === null ? undefined : toCursor(row);
  }

  /** All chains that have been looked at, by chain id. */
  async cursors(): Promise<readonly ChainCursor[]> {
    const rows = await this.dataSource
      .getRepository(ChainCursorRow)
      .find({ order: { chainId: 'ASC' } });
    return rows.map(toCursor);
  }

  /** How the chains are being read, by chain id; a chain nobody has read yet is not among them. */
  async watches(): Promise<ReadonlyMap<ChainId, ChainWatch>> {
    const rows = await this.dataSource.getRepository(ChainWatchRow).find();
    return new Map(rows.map(({ genesisHash: _genesis, ...watch }) => [watch.chainId, watch]));
  }

  /** The latest reorganisations of all chains, newest first. */
  reorgs(options: { readonly limit: number }): Promise<readonly Reorg[]> {
    return this.dataSource
      .getRepository(ReorgRow)
      .find({ order: { id: 'DESC' }, take: options.limit });
  }
}

interface LogRow {
  readonly chain_id: ChainId;
  readonly block_number: number;
  readonly block_hash: Hex;
  readonly block_timestamp: number;
  readonly tx_hash: Hex;
  readonly log_index: number;
  readonly address: Address;
  readonly topic0: Hex | null;
  readonly topic1: Hex | null;
  readonly topic2: Hex | null;
  readonly topic3: Hex | null;
  readonly data: Hex;
  readonly is_final: boolean;
}

function toLog(row: LogRow): IndexedLog {
  const { topic0, topic1, topic2, topic3 } = row;
  return {
    chainId: row.chain_id,
    blockNumber: row.block_number,
    blockHash: row.block_hash,
    blockTimestamp: row.block_timestamp,
    txHash: row.tx_hash,
    logIndex: row.log_index,
    address: row.address,
    topics: [topic0, topic1, topic2, topic3].filter((topic) => topic !== null),
    data: row.data,
    isFinal: row.is_final,
  };
}

function toCursor(row: ChainCursorRow): ChainCursor {
  const { fence: _fence, sourcesDigest: _digest, ...cursor } = row;
  return cursor;
}
