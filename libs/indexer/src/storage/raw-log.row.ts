import { byteaTransformer } from '#database';
import type { Address, ChainId, Hex } from '#kernel';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An indexed log as the chain has it; immutable once final. */
@Entity('raw_log')
export class RawLogRow {
  @PrimaryColumn({ name: 'chain_id', type: 'bigint' })
  readonly chainId!: ChainId;

  @PrimaryColumn({ name: 'block_number', type: 'bigint' })
  readonly blockNumber!: number;

  @PrimaryColumn({ name: 'log_index', type: 'integer' })
  readonly logIndex!: number;

  @Column({ name: 'tx_hash', type: 'bytea', transformer: byteaTransformer })
  readonly txHash!: Hex;

  @Column({ type: 'bytea', transformer: byteaTransformer })
  readonly address!: Address;

  @Column({ type: 'bytea', nullable: true, transformer: byteaTransformer })
  readonly topic0!: Hex | null;

  @Column({ type: 'bytea', nullable: true, transformer: byteaTransformer })
  readonly topic1!: Hex | null;

  @Column({ type: 'bytea', nullable: true, transformer: byteaTransformer })
  readonly topic2!: Hex | null;

  @Column({ type: 'bytea', nullable: true, transformer: byteaTransformer })
  readonly topic3!: Hex | null;

  @Column({ type: 'bytea', transformer: byteaTransformer })
  readonly data!: Hex;

  /** Number the contract gave the event; null when it numbers nothing. */
  @Column({ type: 'numeric', precision: 20, scale: 0, nullable: true })
  readonly sequence!: bigint | null;
}
