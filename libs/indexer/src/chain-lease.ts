import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { queryRows } from '#database';
import { type ChainId, RetryableError } from '#kernel';
import { DataSource, type QueryRunner } from 'typeorm';

/** First half of the advisory lock; the second is the chain. */
const LANE = 'indexer';

/**
 * Lets one process at a time index a chain. The lock lives in a session of its own: when the
 * process dies the lock is free at once, and another process takes the chain over with a higher
 * fence, so that the first can write nothing more should it only have been asleep.
 */
@Injectable()
export class ChainLease implements OnApplicationShutdown {
  private session: Promise<QueryRunner> | undefined;
  private readonly fences = new Map<ChainId, number>();

  constructor(private readonly dataSource: DataSource) {}

  /** Our fence for a chain, or undefined while another process holds it. */
  async fenceOf(chainId: ChainId): Promise<number | undefined> {
    const session = await this.liveSession();
    const held = this.fences.get(chainId);
    if (held !== undefined) return held;

    const [lock] = await queryRows<{ taken: boolean }>(
      session.manager,
      'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS taken',
      [`${LANE}:${chainId}`],
    );
    if (lock?.taken !== true) return undefined;
    const [row] = await queryRows<{ fence: number }>(
      session.manager,
      'UPDATE chain_cursor SET fence = fence + 1 WHERE chain_id = $1 RETURNING fence',
      [chainId],
    );
    if (row !== undefined) this.fences.set(chainId, row.fence);
    return row?.fence;
  }

  /** Lets all chains go. */
  async release(): Promise<void> {
    const held = this.session;
    this.forget();
    const session = await held;
    if (session === undefined || session.isReleased) return;
    await session.query('SELECT pg_advisory_unlock_all()');
    await session.release();
  }

  onApplicationShutdown(): Promise<void> {
    return this.release();
  }

  /** With a lost session the locks are lost too, and the fences with them. */
  private async liveSession(): Promise<QueryRunner> {
    // Lanes that start together must share one session: a lock in a forgotten one stays for good.
    this.session ??= this.connect();
    const session = await this.session;
    try {
      await session.query('SELECT 1');
      return session;
    } catch (error) {
      this.forget();
      if (!session.isReleased) await session.release();
      throw new RetryableError('the session that holds the chains was lost', { cause: error });
    }
  }

  private async connect(): Promise<QueryRunner> {
    const session = this.dataSource.createQueryRunner();
    try {
      await session.connect();
      return session;
    } catch (error) {
      this.forget();
      throw error;
    }
  }

  private forget(): void {
    this.session = undefined;
    this.fences.clear();
  }
}
