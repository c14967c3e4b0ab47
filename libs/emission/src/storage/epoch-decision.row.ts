import { byteaTransformer } from '#database';
import type { Hex } from '#kernel';
import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';

/** What an epoch was decided from, stored before the decision is signed; never changed. */
@Entity('epoch_decision')
export class EpochDecisionRow {
  @PrimaryColumn({ type: 'bigint' })
  readonly epoch!: number;

  @PrimaryColumn({ type: 'integer' })
  readonly revision!: number;

  /** Counts the decisions of a revision that the controller refused, from 1. */
  @PrimaryColumn({ type: 'integer' })
  readonly attempt!: number;

  @Column({ name: 'business_key', type: 'text', unique: true })
  readonly businessKey!: string;

  /** The exact text whose hash is on chain. */
  @Column({ type: 'text' })
  readonly evidence!: string;

  @Column({ name: 'evidence_hash', type: 'bytea', transformer: byteaTransformer, unique: true })
  readonly evidenceHash!: Hex;

  /** Chain time of the hub, seconds. */
  @Column({ name: 'decided_at', type: 'bigint' })
  readonly decidedAt!: number;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  readonly createdAt!: Date;
}
