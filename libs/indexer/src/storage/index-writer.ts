import { Injectable } from '@nestjs/common';
import type { BlockRef } from '#chain';
import {
  copyBytes,
  copyRows,
  type CopyValue,
  execute,
  inTransaction,
  queryRows,
  toBytea,
} from '#database';
import { type Address, type ChainId, defined, type Hex, RetryableError } from '#kernel';
import { DataSource, type EntityManager, IsNull } from 'typeorm';
import type { FoundSource } from '../projector-set.js';
import { BlockRow } from './block.row.js';
import { ChainCursorRow } from './chain-cursor.row.js';
import { ContractSequenceRow } from './contract-sequence.row.js';
import type { FiledLog } from './filed-log.js';
import { findFoundSources, insertFoundSources } from './found-sources.js';
import { RawLogRow } from './raw-log.row.js';
import type { ReorgCause } from './reorg.row.js';

/** A block to keep; its parent is unknown when it was final before it was indexed. */
export type KeptBlock = Omit<BlockRef, 'parentHash'> & { readonly parentHash: Hex | null };

/** What one round adds to the index of a chain. */
export interface Advance {
  readonly head: BlockRef;
  readonly end: Omit<BlockRef, 'parentHash'>;
  /** Newest final block, at or below `end`; undefined leaves finality where it is. */
  readonly finalized: Omit<BlockRef, 'parentHash'> | undefined;
  readonly blocks: readonly KeptBlock[];
  readonly logs: readonly FiledLog[];
  readonly sequences: ReadonlyMap<Address, bigint>;
}

/**
 * Writes of the index. Each is one transaction that first moves the cursor, and only when the
 * cursor still is where the writer believes it to be and nobody took the chain over since.
 */
@Injectable()
export class IndexWriter {
  constructor(private readonly dataSource: DataSource) {}

  /** Cursor of a chain, or undefined before `create`. */
  async load(chainId: ChainId): Promise<ChainCursorRow | undefined> {
    return (await this.cursors().findOneBy({ chainId })) ?? undefined;
  }

  /** Begins a chain at `origin`, the block below the first one of interest; safe to repeat. */
  async create(options: {
    readonly chainId: ChainId;
    readonly origin: Omit<BlockRef, 'parentHash'>;
    readonly isOriginFinal: boolean;
    readonly sourcesDigest: Hex;
  }): Promise<void> {
    const { chainId, origin, isOriginFinal, sourcesDigest } = options;
    await inTransaction(this.dataSource, async (manager) => {
      const created = await execute(
        manager,
        `INSERT INTO chain_cursor (chain_id, cursor_block, cursor_hash, cursor_timestamp,
           head_block, head_hash, finalized_block, finalized_timestamp, sources_digest)
         VALUES ($1, $2, $3, $4, $2, $3, $5, $6, $7) ON CONFLICT DO NOTHING`,
        [
          chainId,
          origin.number,
          toBytea(origin.hash),
          origin.timestamp,
          isOriginFinal ? origin.number : -1,
          isOriginFinal ? origin.timestamp : 0,
          toBytea(sourcesDigest),
        ],
      );
      if (created === 0 || origin.number < 0) return;
      await insertBlocks(manager, chainId, [{ ...origin, parentHash: null }]);
    });
  }

  async sequences(chainId: ChainId): Promise<ReadonlyMap<Address, bigint>> {
    const rows = await this.dataSource.getRepository(ContractSequenceRow).findBy({ chainId });
    return new Map(rows.map(({ address, lastSequence }) => [address, lastSequence]));
  }

  /** Contracts that logs of the chain announced. */
  foundSources(chainId: ChainId): Promise<readonly FoundSource[]> {
    return findFoundSources(this.dataSource.manager, chainId);
  }

  /** Block of the event with a number, or undefined when that event is not indexed. */
  async blockOfEvent(event: {
    readonly chainId: ChainId;
    readonly contract: Address;
    readonly seq: bigint;
  }): Promise<number | undefined> {
    const { chainId, contract, seq } = event;
    const row = await this.dataSource
      .getRepository(RawLogRow)
      .findOneBy({ chainId, address: contract, sequence: seq });
    return row?.blockNumber;
  }

  /** An indexed block, unless it is final and holds no log. */
  async blockAt(chainId: ChainId, number: number): Promise<BlockRow | undefined> {
    const blocks = this.dataSource.getRepository(BlockRow);
    return (await blocks.findOneBy({ chainId, number })) ?? undefined;
  }

  /** Kept blocks from `number` downwards, newest first, down to the finalized one. */
  async blocksDownFrom(
    cursor: ChainCursorRow,
    number: number,
    limit: number,
  ): Promise<readonly BlockRow[]> {
    return this.dataSource
      .getRepository(BlockRow)
      .createQueryBuilder('block')
      .where('block.chain_id = :chainId', { chainId: cursor.chainId })
      .andWhere('block.number <= :number AND block.number >= :finalizedBlock', {
        number,
        finalizedBlock: cursor.finalizedBlock,
      })
      .orderBy('block.number', 'DESC')
      .limit(limit)
      .getMany();
  }

  /** @throws {RetryableError} when the cursor moved or the chain was taken over or halted. */
  async advance(cursor: ChainCursorRow, advance: Advance): Promise<void> {
    const { chainId, finalizedBlock } = cursor;
    await inTransaction(this.dataSource, async (manager) => {
      await moveCursor(manager, cursor, advance);
      await insertBlocks(manager, chainId, advance.blocks);
      await insertLogs(manager, advance.logs);
      await insertSubjects(manager, advance.logs);
      await insertFoundSources(manager, advance.logs);
      await saveSequences(manager, chainId, advance.sequences);
      const final = advance.finalized?.number ?? finalizedBlock;
      await pruneBlocks(manager, { chainId, from: finalizedBlock, below: final });
    });
  }

  /**
   * Takes everything above a kept block back and notes why. Returns the number of logs taken back.
   *
   * @throws {RetryableError} when the cursor moved or the chain was taken over or halted.
   */
  async undo(
    cursor: ChainCursorRow,
    to: { readonly fork: KeptBlock; readonly head: BlockRef; readonly cause: ReorgCause },
  ): Promise<number> {
    const { fork, head, cause } = to;
    const { chainId, cursorBlock, cursorHash } = cursor;
    return inTransaction(this.dataSource, async (manager) => {
      await moveCursor(manager, cursor, { head, end: fork, finalized: undefined });
      const touched = await queryRows<{ logs: number }>(
        manager,
        'SELECT count(*) AS logs FROM raw_log WHERE chain_id = $1 AND block_number > $2',
        [chainId, fork.number],
      );
      const logsUndone = defined(touched[0], 'count of undone logs').logs;
      await execute(manager, 'DELETE FROM block WHERE chain_id = $1 AND number > $2', [
        chainId,
        fork.number,
      ]);
      await recountSequences(manager, chainId);
      await execute(
        manager,
        `INSERT INTO reorg (chain_id, fork_block, old_block, old_hash, logs_undone, cause)
         VALUES ($1, $2, $3, $4, $5, $6)`,
        [chainId, fork.number, cursorBlock, toBytea(cursorHash), logsUndone, cause],
      );
      return logsUndone;
    });
  }

  /** Notes what the last round saw without moving the cursor. */
  async note(
    cursor: ChainCursorRow,
    seen: { readonly head?: BlockRef; readonly lastError: string | null },
  ): Promise<void> {
    const { chainId, fence } = cursor;
    const { head, lastError } = seen;
    const headFields = head === undefined ? {} : { headBlock: head.number, headHash: head.hash };
    await this.cursors().update({ chainId, fence }, { ...headFields, lastError });
  }

  /** Stops the chain until a person has looked; nothing moves a halted cursor. */
  async halt(cursor: ChainCursorRow, haltedReason: string): Promise<void> {
    const { chainId, fence } = cursor;
    await this.cursors().update({ chainId, fence }, { haltedReason });
  }

  /**
   * Lets a halted chain go on from where it stands.
   *
   * @throws {RetryableError} when the cursor moved meanwhile.
   */
  async resume(cursor: ChainCursorRow): Promise<void> {
    const { chainId, cursorBlock, cursorHash, haltedReason } = cursor;
    const where = { chainId, cursorBlock, cursorHash, haltedReason: haltedReason ?? IsNull() };
    const { affected } = await this.cursors().update(where, { haltedReason: null });
    if (affected !== 1) throw new RetryableError(`chain ${chainId} was changed by another process`);
  }

  private cursors() {
    return this.dataSource.getRepository(ChainCursorRow);
  }
}

async function moveCursor(
  manager: EntityManager,
  cursor: ChainCursorRow,
  to: Pick<Advance, 'head' | 'end' | 'finalized'>,
): Promise<void> {
  const { head, end, finalized } = to;
  const moved = await execute(
    manager,
    `UPDATE chain_cursor SET cursor_block = $5, cursor_hash = $6, cursor_timestamp = $7,
       head_block = $8, head_hash = $9, finalized_block = $10, finalized_timestamp = $11,
       last_error = NULL, updated_at = now()
     WHERE chain_id = $1 AND fence = $2 AND cursor_block = $3 AND cursor_hash = $4
       AND halted_reason IS NULL`,
    [
      cursor.chainId,
      cursor.fence,
      cursor.cursorBlock,
      toBytea(cursor.cursorHash),
      end.number,
      toBytea(end.hash),
      end.timestamp,
      head.number,
      toBytea(head.hash),
      finalized?.number ?? cursor.finalizedBlock,
      finalized?.timestamp ?? cursor.finalizedTimestamp,
    ],
  );
  if (moved !== 1) {
    throw new RetryableError(`the cursor of chain ${cursor.chainId} was moved by another process`);
  }
}

async function insertBlocks(
  manager: EntityManager,
  chainId: ChainId,
  blocks: readonly KeptBlock[],
): Promise<void> {
  if (blocks.length === 0) return;
  await execute(
    manager,
    `INSERT INTO block (chain_id, number, hash, parent_hash, timestamp)
     SELECT $1, * FROM unnest($2::bigint[], $3::bytea[], $4::bytea[], $5::bigint[])`,
    [
      chainId,
      blocks.map(({ number }) => number),
      blocks.map(({ hash }) => toBytea(hash)),
      blocks.map(({ parentHash }) => (parentHash === null ? null : toBytea(parentHash))),
      blocks.map(({ timestamp }) => timestamp),
    ],
  );
}

async function insertLogs(manager: EntityManager, filed: readonly FiledLog[]): Promise<void> {
  await copyRows(manager, LOG_TARGET, { of: filed, toValues: valuesOfLog });
}

const LOG_TARGET = `raw_log (chain_id, block_number, log_index, tx_hash, address,
  topic0, topic1, topic2, topic3, data, sequence)`;

function valuesOfLog({ log, seq }: FiledLog): readonly CopyValue[] {
  const { chainId, blockNumber, logIndex, txHash, address, topics, data } = log;
  const [topic0, topic1, topic2, topic3] = topics;
  return [
    chainId,
    blockNumber,
    logIndex,
    copyBytes(txHash),
    copyBytes(address),
    topic0 === undefined ? null : copyBytes(topic0),
    topic1 === undefined ? null : copyBytes(topic1),
    topic2 === undefined ? null : copyBytes(topic2),
    topic3 === undefined ? null : copyBytes(topic3),
    copyBytes(data),
    seq ?? null,
  ];
}

async function insertSubjects(manager: EntityManager, filed: readonly FiledLog[]): Promise<void> {
  const rows = filed.flatMap(({ log, subjects }) => subjects.map((subject) => ({ log, subject })));
  if (rows.length === 0) return;
  await execute(
    manager,
    `INSERT INTO log_subject (subject, chain_id, block_number, log_index, block_timestamp)
     SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::int[], $5::bigint[])`,
    [
      rows.map(({ subject }) => subject),
      rows.map(({ log }) => log.chainId),
      rows.map(({ log }) => log.blockNumber),
      rows.map(({ log }) => log.logIndex),
      rows.map(({ log }) => log.blockTimestamp),
    ],
  );
}

async function saveSequences(
  manager: EntityManager,
  chainId: ChainId,
  sequences: ReadonlyMap<Address, bigint>,
): Promise<void> {
  if (sequences.size === 0) return;
  await execute(
    manager,
    `INSERT INTO contract_sequence (chain_id, address, last_sequence)
     SELECT $1, * FROM unnest($2::bytea[], $3::numeric[])
     ON CONFLICT (chain_id, address) DO UPDATE SET last_sequence = EXCLUDED.last_sequence`,
    [chainId, [...sequences.keys()].map(toBytea), [...sequences.values()].map(String)],
  );
}

/** After logs were taken back, the logs that stayed are the only truth about the last number. */
async function recountSequences(manager: EntityManager, chainId: ChainId): Promise<void> {
  await execute(
    manager,
    `UPDATE contract_sequence s SET last_sequence = COALESCE(
       (SELECT max(l.sequence) FROM raw_log l
        WHERE l.chain_id = s.chain_id AND l.address = s.address AND l.sequence IS NOT NULL), 0)
     WHERE s.chain_id = $1`,
    [chainId],
  );
}

/** Final blocks are kept only for their logs. */
async function pruneBlocks(
  manager: EntityManager,
  options: { readonly chainId: ChainId; readonly from: number; readonly below: number },
): Promise<void> {
  const { chainId, from, below } = options;
  if (below <= from) return;
  await execute(
    manager,
    `DELETE FROM block b WHERE b.chain_id = $1 AND b.number >= $2 AND b.number < $3
       AND NOT EXISTS (SELECT FROM raw_log l
                       WHERE l.chain_id = b.chain_id AND l.block_number = b.number)`,
    [chainId, from, below],
  );
}
