import { byteaTransformer } from '#database';
import type { ChainId, Hex } from '#kernel';
import { Column, CreateDateColumn, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** `fork`: the chain replaced blocks. `missing-log`: they are read again, a node left a log out. */
export type ReorgCause = 'fork' | 'missing-log';

/** Blocks that were taken back out of the index. */
@Entity('reorg')
export class ReorgRow {
  @PrimaryGeneratedColumn({ type: 'bigint' })
  readonly id!: number;

  @Column({ name: 'chain_id', type: 'bigint' })
  readonly chainId!: ChainId;

  @Column({ type: 'text' })
  readonly cause!: ReorgCause;

  /** Newest block that stayed. */
  @Column({ name: 'fork_block', type: 'bigint' })
  readonly forkBlock!: number;

  /** Newest block that was taken back. */
  @Column({ name: 'old_block', type: 'bigint' })
  readonly oldBlock!: number;

  @Column({ name: 'old_hash', type: 'bytea', transformer: byteaTransformer })
  readonly oldHash!: Hex;

  @Column({ name: 'logs_undone', type: 'bigint' })
  readonly logsUndone!: number;

  @CreateDateColumn({ name: 'occurred_at', type: 'timestamptz' })
  readonly occurredAt!: Date;
}
