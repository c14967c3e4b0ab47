import { execute, toBytea } from '#database';
import type { ChainId, Hex } from '#kernel';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ChainWatchRow } from './chain-watch.row.js';

/** Notes on how chains are being read; none of them decides what is indexed but the first block. */
@Injectable()
export class ChainWatchStore {
  constructor(private readonly dataSource: DataSource) {}

  async load(chainId: ChainId): Promise<ChainWatchRow | undefined> {
    const row = await this.dataSource.getRepository(ChainWatchRow).findOneBy({ chainId });
    return row ?? undefined;
  }

  /** Remembers the first block of a chain; what is remembered already stays. */
  async pinGenesis(chainId: ChainId, genesisHash: Hex): Promise<void> {
    await execute(
      this.dataSource.manager,
      `INSERT INTO chain_watch (chain_id, genesis_hash) VALUES ($1, $2)
       ON CONFLICT (chain_id) DO UPDATE
         SET genesis_hash = coalesce(chain_watch.genesis_hash, EXCLUDED.genesis_hash)`,
      [chainId, toBytea(genesisHash)],
    );
  }

  /** Notes why nothing new is believed; the time of the first such note stays. */
  async stalled(chainId: ChainId, reason: string): Promise<void> {
    await execute(
      this.dataSource.manager,
      `INSERT INTO chain_watch (chain_id, stalled_since, stalled_reason) VALUES ($1, now(), $2)
       ON CONFLICT (chain_id) DO UPDATE
         SET stalled_since = coalesce(chain_watch.stalled_since, now()),
             stalled_reason = EXCLUDED.stalled_reason`,
      [chainId, reason],
    );
  }

  /** Notes that a round succeeded, and how fast the index grows while it is behind. */
  async moving(chainId: ChainId, blocksPerSecond: number | null): Promise<void> {
    await execute(
      this.dataSource.manager,
      `INSERT INTO chain_watch (chain_id, blocks_per_second) VALUES ($1, $2)
       ON CONFLICT (chain_id) DO UPDATE
         SET blocks_per_second = EXCLUDED.blocks_per_second,
             stalled_since = NULL, stalled_reason = NULL
       WHERE chain_watch.stalled_since IS NOT NULL
          OR chain_watch.blocks_per_second IS DISTINCT FROM EXCLUDED.blocks_per_second`,
      [chainId, blocksPerSecond],
    );
  }
}
