import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ChainRegistry } from '#chain';
import { type ChainCursor, LogStore } from '#indexer';
import { SystemClock } from '#kernel';
import { Log } from '#observability';
import { chainHealth, readinessOf } from './chain-health.js';
import type { DatabaseHealthDto, ReadinessDto } from './health.dto.js';
import { HeadProbe } from './head-probe.js';

/** Longest wait for the database. */
const DATABASE_TIMEOUT_MS = 1_500;

interface DatabaseReading {
  readonly health: DatabaseHealthDto;
  readonly cursors: readonly ChainCursor[];
}

/** Says whether the service is well, chain by chain. */
@Injectable()
export class HealthService {
  private readonly probes: readonly HeadProbe[];

  constructor(
    private readonly registry: ChainRegistry,
    private readonly dataSource: DataSource,
    private readonly logs: LogStore,
    private readonly log: Log,
  ) {
    const clock = new SystemClock();
    this.probes = registry.all().map((client) => new HeadProbe(client, () => clock.nowMs(), log));
  }

  async ready(): Promise<ReadinessDto> {
    const [readings, database] = await Promise.all([
      Promise.all(this.probes.map((probe) => probe.read())),
      this.readDatabase(),
    ]);
    const cursors = new Map(database.cursors.map((cursor) => [cursor.chainId, cursor]));
    const chains = this.registry.all().flatMap(({ key, chainId }, index) => {
      const reading = readings[index];
      if (reading === undefined) return [];
      return [chainHealth({ chainKey: key, chainId, reading, cursor: cursors.get(chainId) })];
    });
    const status = readinessOf(database.health.status === 'ok', chains);
    return { status, database: database.health, chains };
  }

  private async readDatabase(): Promise<DatabaseReading> {
    try {
      const cursors = await within(DATABASE_TIMEOUT_MS, this.cursors());
      return { health: { status: 'ok', lastError: null }, cursors };
    } catch (error) {
      this.log.warn({ error }, 'health check cannot read the database');
      const lastError = 'The database does not answer.';
      return { health: { status: 'down', lastError }, cursors: [] };
    }
  }

  private async cursors(): Promise<readonly ChainCursor[]> {
    await this.dataSource.query('SELECT 1');
    return await this.logs.cursors();
  }
}

async function within<Value>(timeoutMs: number, work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
