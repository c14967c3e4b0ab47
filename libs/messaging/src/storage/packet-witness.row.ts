import { byteaTransformer } from '#database';
import type { ChainId, Hex } from '#kernel';
import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';

/** A packet seen at its source while its block could still be reorganised away. */
@Entity('packet_witness')
export class PacketWitnessRow {
  @PrimaryColumn({ type: 'bytea', transformer: byteaTransformer })
  readonly guid!: Hex;

  @PrimaryColumn({ name: 'payload_hash', type: 'bytea', transformer: byteaTransformer })
  readonly payloadHash!: Hex;

  @PrimaryColumn({ name: 'src_block_hash', type: 'bytea', transformer: byteaTransformer })
  readonly srcBlockHash!: Hex;

  @Column({ name: 'src_chain_id', type: 'bigint' })
  readonly srcChainId!: ChainId;

  @CreateDateColumn({ name: 'seen_at', type: 'timestamptz' })
  readonly seenAt!: Date;
}
