import { byteaTransformer } from '#database';
import type { ChainId, Hex } from '#kernel';
import { Column, CreateDateColumn, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A reorganisation that was undone in the index. */
@Entity('reorg')
export class ReorgRow {
  @PrimaryGeneratedColumn({ type: 'bigint' })
  readonly id!: number;

  @Column({ name: 'chain_id', type: 'bigint' })
  readonly chainId!: ChainId;

  /** Last block both forks share. */
  @Column({ name: 'fork_block', type: 'bigint' })
  readonly forkBlock!: number;

  /** Head of the fork that was given up. */
  @Column({ name: 'old_block', type: 'bigint' })
  readonly oldBlock!: number;

  @Column({ name: 'old_hash', type: 'bytea', transformer: byteaTransformer })
  readonly oldHash!: Hex;

  @Column({ name: 'logs_undone', type: 'bigint' })
  readonly logsUndone!: number;

  @CreateDateColumn({ name: 'occurred_at', type: 'timestamptz' })
  readonly occurredAt!: Date;
}
