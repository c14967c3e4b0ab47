import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { BlockRef } from '#chain';
import { execute, queryRows } from '#database';
import { type PostingCursor } from '#farms';
import { type ChainId, type Hex } from '#kernel';

/** A block at which everything accrued was posted: the last one before an epoch ended. */
export interface AccrualBoundary {
  readonly chainId: ChainId;
  readonly block: number;
  readonly blockHash: Hex;
  readonly timestamp: number;
  /** First epoch that ended between this block and the next. */
  readonly epoch: number;
}

const COLUMNS = `chain_id AS "chainId", block_number AS block, block_hash AS "blockHash",
  block_timestamp AS timestamp, epoch`;
const NO_HASH: Hex = `0x${'00'.repeat(32)}`;

/** How far journals and states reach, and where they were complete. */
@Injectable()
export class PostingCursorStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Creates the cursor of a chain before its first block; does nothing when there is one. */
  async open(cursor: {
    readonly chainId: ChainId;
    readonly postedBlock: number;
    readonly nextEpoch: number;
  }): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO posting_cursor (chain_id, posted_block, posted_hash, posted_timestamp,
         farms_seq, next_epoch)
       VALUES ($1, $2, decode(substr($3, 3), 'hex'), 0, 0, $4) ON CONFLICT DO NOTHING`,
      [cursor.chainId, cursor.postedBlock, NO_HASH, cursor.nextEpoch],
    );
  }

  /**
   * Takes the cursor for this transaction.
   *
   * @returns false when another process has moved it since it was read.
   */
  async take(manager: EntityManager, cursor: PostingCursor): Promise<boolean> {
    const rows = await queryRows(
      manager,
      'SELECT 1 FROM posting_cursor WHERE chain_id = $1 AND posted_block = $2 FOR UPDATE',
      [cursor.chainId, cursor.postedBlock],
    );
    return rows.length === 1;
  }

  /** @returns false when the cursor was not where `from` says; nothing is written then. */
  async advance(
    manager: EntityManager,
    from: PostingCursor,
    to: { readonly end: BlockRef; readonly farmsSeq: number; readonly nextEpoch: number },
  ): Promise<boolean> {
    const moved = await execute(
      manager,
      `UPDATE posting_cursor SET posted_block = $3, posted_hash = decode(substr($4, 3), 'hex'),
         posted_timestamp = $5, farms_seq = $6, next_epoch = $7, updated_at = now()
       WHERE chain_id = $1 AND posted_block = $2`,
      [
        from.chainId,
        from.postedBlock,
        to.end.number,
        to.end.hash,
        to.end.timestamp,
        to.farmsSeq,
        to.nextEpoch,
      ],
    );
    return moved === 1;
  }

  async addBoundaries(
    manager: EntityManager,
    boundaries: readonly AccrualBoundary[],
  ): Promise<void> {
    for (const { chainId, block, blockHash, timestamp, epoch } of boundaries) {
      await manager.query(
        `INSERT INTO accrual_boundary (chain_id, block_number, block_hash, block_timestamp, epoch)
         VALUES ($1, $2, decode(substr($3, 3), 'hex'), $4, $5)`,
        [chainId, block, blockHash, timestamp, epoch],
      );
    }
  }

  /** The boundary of the first epoch that ended here. */
  async firstBoundary(chainId: ChainId): Promise<AccrualBoundary | undefined> {
    const [first] = await queryRows<AccrualBoundary>(
      this.dataSource.manager,
      `SELECT ${COLUMNS} FROM accrual_boundary WHERE chain_id = $1 ORDER BY block_number LIMIT 1`,
      [chainId],
    );
    return first;
  }

  /** The last block before an epoch ended: that of the epoch, or of one before without a block since. */
  async boundaryOf(
    { chainId, epoch }: { readonly chainId: ChainId; readonly epoch: number },
    manager: EntityManager = this.dataSource.manager,
  ): Promise<AccrualBoundary | undefined> {
    const [boundary] = await queryRows<AccrualBoundary>(
      manager,
      `SELECT ${COLUMNS} FROM accrual_boundary WHERE chain_id = $1 AND epoch <= $2
       ORDER BY block_number DESC LIMIT 1`,
      [chainId, epoch],
    );
    return boundary;
  }

  async boundaryByHash(chainId: ChainId, blockHash: Hex): Promise<AccrualBoundary | undefined> {
    const [boundary] = await queryRows<AccrualBoundary>(
      this.dataSource.manager,
      `SELECT ${COLUMNS} FROM accrual_boundary
       WHERE chain_id = $1 AND block_hash = decode(substr($2, 3), 'hex')`,
      [chainId, blockHash],
    );
    return boundary;
  }

  /** Newest first. */
  async boundaries(
    page: { readonly chainId: ChainId; readonly limit: number },
    manager: EntityManager = this.dataSource.manager,
  ): Promise<readonly AccrualBoundary[]> {
    return queryRows<AccrualBoundary>(
      manager,
      `SELECT ${COLUMNS} FROM accrual_boundary WHERE chain_id = $1
       ORDER BY block_number DESC LIMIT $2`,
      [page.chainId, page.limit],
    );
  }
}
