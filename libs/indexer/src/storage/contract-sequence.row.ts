import { byteaTransformer } from '#database';
import type { Address, ChainId } from '#kernel';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Last event number seen of a contract that numbers its events. */
@Entity('contract_sequence')
export class ContractSequenceRow {
  @PrimaryColumn({ name: 'chain_id', type: 'bigint' })
  readonly chainId!: ChainId;

  @PrimaryColumn({ type: 'bytea', transformer: byteaTransformer })
  readonly address!: Address;

  @Column({ name: 'last_sequence', type: 'numeric', precision: 20, scale: 0 })
  readonly lastSequence!: bigint;
}
