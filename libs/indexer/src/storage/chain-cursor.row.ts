import { byteaTransformer } from '#database';
import type { ChainId, Hex } from '#kernel';
import { Column, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';

/** How far a chain has been indexed. Times are chain time in seconds. */
@Entity('chain_cursor')
export class ChainCursorRow {
  @PrimaryColumn({ name: 'chain_id', type: 'bigint' })
  readonly chainId!: ChainId;

  /** Last indexed block; one below the first block of interest before there is any. */
  @Column({ name: 'cursor_block', type: 'bigint' })
  readonly cursorBlock!: number;

  @Column({ name: 'cursor_hash', type: 'bytea', transformer: byteaTransformer })
  readonly cursorHash!: Hex;

  @Column({ name: 'cursor_timestamp', type: 'bigint' })
  readonly cursorTimestamp!: number;

  /** Newest block the node named. */
  @Column({ name: 'head_block', type: 'bigint' })
  readonly headBlock!: number;

  @Column({ name: 'head_hash', type: 'bytea', transformer: byteaTransformer })
  readonly headHash!: Hex;

  /** Newest indexed block that is final; it never falls. -1 while none is. */
  @Column({ name: 'finalized_block', type: 'bigint' })
  readonly finalizedBlock!: number;

  @Column({ name: 'finalized_timestamp', type: 'bigint' })
  readonly finalizedTimestamp!: number;

  /** Rises with every process that takes the chain over; an older one can write no more. */
  @Column({ type: 'bigint' })
  readonly fence!: number;

  /** Which sources the index covers from its first block on. */
  @Column({ name: 'sources_digest', type: 'bytea', transformer: byteaTransformer })
  readonly sourcesDigest!: Hex;

  /** Why nothing is indexed any more on this chain; a person must act. */
  @Column({ name: 'halted_reason', type: 'text', nullable: true })
  readonly haltedReason!: string | null;

  /** Why the last round failed; null after one that did not. */
  @Column({ name: 'last_error', type: 'text', nullable: true })
  readonly lastError!: string | null;

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' })
  readonly updatedAt!: Date;
}
