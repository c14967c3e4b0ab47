import { byteaTransformer } from '#database';
import type { ChainId, Hex } from '#kernel';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How a chain is being read. */
@Entity('chain_watch')
export class ChainWatchRow {
  @PrimaryColumn({ name: 'chain_id', type: 'bigint' })
  readonly chainId!: ChainId;

  /** First block of the chain as a quorum showed it at first sight. */
  @Column({ name: 'genesis_hash', type: 'bytea', nullable: true, transformer: byteaTransformer })
  readonly genesisHash!: Hex | null;

  /** Speed of the index while it catches up; null while it keeps up. */
  @Column({ name: 'blocks_per_second', type: 'double precision', nullable: true })
  readonly blocksPerSecond!: number | null;

  /** Since when nothing new is believed, and so nothing is credited; null while all is well. */
  @Column({ name: 'stalled_since', type: 'timestamptz', nullable: true })
  readonly stalledSince!: Date | null;

  @Column({ name: 'stalled_reason', type: 'text', nullable: true })
  readonly stalledReason!: string | null;
}
