import type { ChainId } from '#kernel';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Files a log under one subject; disappears with the log. */
@Entity('log_subject')
export class LogSubjectRow {
  @PrimaryColumn({ type: 'text' })
  readonly subject!: string;

  @PrimaryColumn({ name: 'chain_id', type: 'bigint' })
  readonly chainId!: ChainId;

  @PrimaryColumn({ name: 'block_number', type: 'bigint' })
  readonly blockNumber!: number;

  @PrimaryColumn({ name: 'log_index', type: 'integer' })
  readonly logIndex!: number;

  /** The part of the subject before its first colon. */
  @Column({
    type: 'text',
    generatedType: 'STORED',
    asExpression: `split_part(subject, ':', 1)`,
    insert: false,
    update: false,
  })
  readonly kind!: string;

  @Column({ name: 'block_timestamp', type: 'bigint' })
  readonly blockTimestamp!: number;
}
