import { byteaTransformer } from '#database';
import type { ChainId, Hex } from '#kernel';
import { Column, CreateDateColumn, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { ContradictionKind } from '../domain/contradiction.js';

/** Evidence against an endpoint, which is not asked until it is released. */
@Entity('node_quarantine')
export class NodeQuarantineRow {
  @PrimaryGeneratedColumn({ type: 'bigint' })
  readonly id!: number;

  @Column({ name: 'chain_id', type: 'bigint' })
  readonly chainId!: ChainId;

  /** Names the endpoint without its address, see `ChainNode.key`. */
  @Column({ name: 'node_key', type: 'text' })
  readonly nodeKey!: string;

  @Column({ type: 'text' })
  readonly kind!: ContradictionKind;

  @Column({ name: 'block_number', type: 'bigint' })
  readonly blockNumber!: number;

  /** What the endpoint answered, as JSON. */
  @Column({ type: 'text' })
  readonly answered!: string;

  /** What proves it wrong, as JSON. */
  @Column({ type: 'text' })
  readonly proved!: string;

  /** SHA-256 over all of the above. */
  @Column({ type: 'bytea', transformer: byteaTransformer })
  readonly digest!: Hex;

  @CreateDateColumn({ name: 'caught_at', type: 'timestamptz' })
  readonly caughtAt!: Date;

  @Column({ name: 'released_at', type: 'timestamptz', nullable: true })
  readonly releasedAt!: Date | null;
}
