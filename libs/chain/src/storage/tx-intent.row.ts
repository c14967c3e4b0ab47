import { byteaTransformer } from '#database';
import type { ChainId, Hex } from '#kernel';
import {
  Column,
  CreateDateColumn,
  Entity,
  PrimaryGeneratedColumn,
  UpdateDateColumn,
} from 'typeorm';
import type { TxIntentState } from '../domain/intent-fate.js';

/** A transaction of ours, stored before it is sent. */
@Entity('tx_intent')
export class TxIntentRow {
  @PrimaryGeneratedColumn({ type: 'bigint' })
  readonly id!: number;

  @Column({ name: 'chain_id', type: 'bigint' })
  readonly chainId!: ChainId;

  /** What the transaction is for, in words of the domain; the same key is never signed twice. */
  @Column({ name: 'business_key', type: 'text', unique: true })
  readonly businessKey!: string;

  @Column({ type: 'text' })
  readonly description!: string;

  @Column({ type: 'bytea', transformer: byteaTransformer })
  readonly signer!: Hex;

  @Column({ type: 'bigint' })
  readonly nonce!: number;

  @Column({ type: 'bytea', transformer: byteaTransformer })
  readonly target!: Hex;

  @Column({ type: 'bytea', transformer: byteaTransformer })
  readonly hash!: Hex;

  @Column({ type: 'bytea', transformer: byteaTransformer })
  readonly raw!: Hex;

  @Column({ type: 'text' })
  readonly state!: TxIntentState;

  /** The receipt reports a failed execution. */
  @Column({ name: 'has_reverted', type: 'boolean' })
  readonly hasReverted!: boolean;

  @Column({ name: 'block_number', type: 'bigint', nullable: true })
  readonly blockNumber!: number | null;

  @Column({ name: 'block_hash', type: 'bytea', nullable: true, transformer: byteaTransformer })
  readonly blockHash!: Hex | null;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  readonly createdAt!: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' })
  readonly updatedAt!: Date;
}
