import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { queryRows } from '#database';
import { type Address, type ChainId, type FarmId, type Hex } from '#kernel';

/** Newest block at which a chain was compared and nothing differed. */
export interface VerifiedBlock {
  readonly number: number;
  readonly hash: Hex;
}

/** Wei paid to a position from one stream. */
export interface ClaimedTotal {
  readonly farmId: FarmId;
  readonly user: Address;
  readonly stream: number;
  readonly claimed: bigint;
}

/** What the last good run of each chain vouches for, so that the next one goes on from there. */
@Injectable()
export class VerifiedStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Undefined before the first good run. */
  async block(
    chainId: ChainId,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<VerifiedBlock | undefined> {
    const [row] = await queryRows<VerifiedBlock>(
      manager,
      `SELECT block_number AS number, block_hash AS hash
       FROM reconcile_verified WHERE chain_id = $1`,
      [chainId],
    );
    return row;
  }

  /** Payments up to the verified block, of these users or of all; none for who was never paid. */
  async claimed(
    filter: { readonly chainId: ChainId; readonly users?: readonly Address[] | undefined },
    manager: EntityManager = this.dataSource.manager,
  ): Promise<readonly ClaimedTotal[]> {
    return queryRows<ClaimedTotal>(
      manager,
      `SELECT farm_id AS "farmId", user_address AS "user", stream, claimed
       FROM reconcile_claimed WHERE chain_id = $1 AND ($2::text[] IS NULL OR user_address IN (
         SELECT decode(substr(u, 3), 'hex') FROM unnest($2::text[]) AS u))`,
      [filter.chainId, filter.users ?? null],
    );
  }

  /** Moves the verified block on, with the payments made since the one before. */
  async advance(
    manager: EntityManager,
    to: { readonly chainId: ChainId; readonly runId: number; readonly block: VerifiedBlock },
    paid: readonly ClaimedTotal[],
  ): Promise<void> {
    const { chainId, runId, block } = to;
    await manager.query(
      `INSERT INTO reconcile_verified (chain_id, block_number, block_hash, run_id)
       VALUES ($1, $2, decode(substr($3, 3), 'hex'), $4)
       ON CONFLICT (chain_id) DO UPDATE SET block_number = excluded.block_number,
         block_hash = excluded.block_hash, run_id = excluded.run_id, verified_at = now()`,
      [chainId, block.number, block.hash, runId],
    );
    await manager.query(
      `INSERT INTO reconcile_claimed (chain_id, farm_id, user_address, stream, claimed)
       SELECT $1, c.farm_id, decode(substr(c.user_address, 3), 'hex'), c.stream, c.claimed
       FROM unnest($2::bigint[], $3::text[], $4::smallint[], $5::numeric[])
         AS c(farm_id, user_address, stream, claimed)
       ON CONFLICT (chain_id, farm_id, user_address, stream)
         DO UPDATE SET claimed = excluded.claimed`,
      [
        chainId,
        paid.map(({ farmId }) => farmId),
        paid.map(({ user }) => user),
        paid.map(({ stream }) => stream),
        paid.map(({ claimed }) => String(claimed)),
      ],
    );
  }

  /** Forgets a verified block that is no block of the chain any more: the next run starts over. */
  async forget(manager: EntityManager, chainId: ChainId): Promise<void> {
    await manager.query('DELETE FROM reconcile_claimed WHERE chain_id = $1', [chainId]);
    await manager.query('DELETE FROM reconcile_verified WHERE chain_id = $1', [chainId]);
  }
}
