import { Injectable } from '@nestjs/common';
import { AppConfig } from '#config';
import { execute, queryRows, toBytea } from '#database';
import { LogStore } from '#indexer';
import type { ChainId, Hex } from '#kernel';
import { DataSource } from 'typeorm';
import { decodeMessageLog } from './decode-message-log.js';
import { OAppBook } from './oapp-book.js';

/**
 * Remembers packets while the block that sent them can still be reorganised away. The logs of
 * such a block are deleted with it, and without a witness an orphaned packet would look forged.
 */
@Injectable()
export class PacketWitness {
  private readonly book: OAppBook;

  constructor(
    config: AppConfig,
    private readonly logs: LogStore,
    private readonly dataSource: DataSource,
  ) {
    this.book = new OAppBook(config.deployment);
  }

  /** Notes the packets in the provisional blocks of a chain. Safe to repeat. */
  async observe(chainId: ChainId): Promise<void> {
    const chain = this.book.chainById(chainId);
    if (chain === undefined) return;
    const provisional = await this.logs.provisional(chainId);
    const rows = provisional.flatMap((log) => {
      const found = decodeMessageLog({ log, chain, book: this.book });
      if (found?.happening.kind !== 'sent') return [];
      return [[found.guid, found.happening.payloadHash, log.blockHash] as const];
    });
    if (rows.length === 0) return;
    await execute(
      this.dataSource.manager,
      `INSERT INTO packet_witness (guid, payload_hash, src_block_hash, src_chain_id)
       SELECT guid, payload_hash, src_block_hash, $4
       FROM unnest($1::bytea[], $2::bytea[], $3::bytea[])
         AS seen (guid, payload_hash, src_block_hash)
       ON CONFLICT DO NOTHING`,
      [
        rows.map(([guid]) => toBytea(guid)),
        rows.map(([, payloadHash]) => toBytea(payloadHash)),
        rows.map(([, , blockHash]) => toBytea(blockHash)),
        chainId,
      ],
    );
  }

  /** Payload hashes once seen at a source, by guid. */
  async payloadsOf(guids: readonly Hex[]): Promise<ReadonlyMap<Hex, ReadonlySet<Hex>>> {
    const rows = await queryRows<{ guid: Hex; payload_hash: Hex }>(
      this.dataSource.manager,
      'SELECT guid, payload_hash FROM packet_witness WHERE guid = ANY($1)',
      [guids.map(toBytea)],
    );
    const byGuid = new Map<Hex, Set<Hex>>();
    for (const row of rows) {
      byGuid.set(row.guid, (byGuid.get(row.guid) ?? new Set()).add(row.payload_hash));
    }
    return byGuid;
  }
}
