import { byteaTransformer } from '#database';
import type { ChainId, Hex } from '#kernel';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A block that is not final yet, or that holds an indexed log. */
@Entity('block')
export class BlockRow {
  @PrimaryColumn({ name: 'chain_id', type: 'bigint' })
  readonly chainId!: ChainId;

  @PrimaryColumn({ type: 'bigint' })
  readonly number!: number;

  @Column({ type: 'bytea', transformer: byteaTransformer })
  readonly hash!: Hex;

  /** Null for a block that was final when it was indexed. */
  @Column({ name: 'parent_hash', type: 'bytea', nullable: true, transformer: byteaTransformer })
  readonly parentHash!: Hex | null;

  @Column({ type: 'bigint' })
  readonly timestamp!: number;
}
