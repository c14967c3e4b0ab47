import { queryRows } from '#database';
import { Injectable } from '@nestjs/common';
import { DataSource, type QueryRunner } from 'typeorm';

/** Advisory lock of the one worker that acts. */
const LOCK_NAME = 'headwater:worker';

/**
 * Lets one worker at a time act on a database. The lock belongs to a session of its own, so it is
 * free the moment its holder dies. Fences and business keys keep even two workers safe; the lock
 * keeps them from wasting each other's work.
 */
@Injectable()
export class LeaderLock {
  private session: QueryRunner | undefined;

  constructor(private readonly dataSource: DataSource) {}

  /** True when this process leads from now on; false while another one does. */
  async tryAcquire(): Promise<boolean> {
    const session = this.session ?? this.dataSource.createQueryRunner();
    this.session = session;
    try {
      const [lock] = await queryRows<{ readonly taken: boolean }>(
        session.manager,
        'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS taken',
        [LOCK_NAME],
      );
      return lock?.taken === true;
    } catch (error) {
      await this.forget(session);
      throw error;
    }
  }

  /** Whether the session still holds the lock: with the session the lock is lost. */
  async isHeld(): Promise<boolean> {
    const session = this.session;
    if (session === undefined) return false;
    try {
      const [row] = await queryRows<{ readonly held: boolean }>(
        session.manager,
        `SELECT count(*) > 0 AS held FROM pg_locks
         WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND granted
           AND ((classid::bigint << 32) | objid::bigint) = hashtextextended($1, 0)`,
        [LOCK_NAME],
      );
      return row?.held === true;
    } catch {
      await this.forget(session);
      return false;
    }
  }

  /** Lets the next worker lead. */
  async release(): Promise<void> {
    const session = this.session;
    this.session = undefined;
    if (session === undefined || session.isReleased) return;
    await session.query('SELECT pg_advisory_unlock_all()');
    await session.release();
  }

  private async forget(session: QueryRunner): Promise<void> {
    this.session = undefined;
    if (!session.isReleased) await session.release();
  }
}
