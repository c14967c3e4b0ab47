import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ChainRegistry, NodeQuarantine } from '#chain';
import { type ChainCursor, type ChainWatch, LogStore } from '#indexer';
import { type ChainId, SystemClock } from '#kernel';
import { Log } from '#observability';
import { chainHealth, readinessOf } from './chain-health.js';
import type { DatabaseHealthDto, ReadinessDto } from './health.dto.js';
import { HeadProbe } from './head-probe.js';

/** Longest wait for the database. */
const DATABASE_TIMEOUT_MS = 1_500;

interface DatabaseReading {
  readonly health: DatabaseHealthDto;
  readonly notes: ChainNotes | undefined;
}

/** What the database knows of the chains. */
interface ChainNotes {
  readonly cursors: ReadonlyMap<ChainId, ChainCursor>;
  readonly watches: ReadonlyMap<ChainId, ChainWatch>;
  /** Keys of the endpoints that may not be asked, chain by chain. */
  readonly shutOut: ReadonlyMap<ChainId, readonly string[]>;
}

/** Says whether the service is well, chain by chain. */
@Injectable()
export class HealthService {
  private readonly probes: readonly HeadProbe[];

  constructor(
    private readonly registry: ChainRegistry,
    private readonly dataSource: DataSource,
    private readonly logs: LogStore,
    private readonly quarantine: NodeQuarantine,
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
    const { notes } = database;
    const chains = this.registry.all().flatMap((client, index) => {
      const { key: chainKey, chainId } = client;
      const reading = readings[index];
      if (reading === undefined) return [];
      const shutOut = notes?.shutOut.get(chainId);
      // What was released since may be asked again by this process, too.
      if (shutOut !== undefined) client.exclude(shutOut);
      const trust = {
        endpoints: client.nodes.length,
        quorum: client.quorumSize,
        endpointsShutOut: shutOut?.length ?? null,
      };
      const cursor = notes?.cursors.get(chainId);
      const watch = notes?.watches.get(chainId);
      return [chainHealth({ chainKey, chainId, reading, cursor, watch, trust })];
    });
    const status = readinessOf(database.health.status === 'ok', chains);
    return { status, database: database.health, chains };
  }

  private async readDatabase(): Promise<DatabaseReading> {
    try {
      const notes = await within(DATABASE_TIMEOUT_MS, this.notes());
      return { health: { status: 'ok', lastError: null }, notes };
    } catch (error) {
      this.log.warn({ error }, 'health check cannot read the database');
      const lastError = 'The database does not answer.';
      return { health: { status: 'down', lastError }, notes: undefined };
    }
  }

  private async notes(): Promise<ChainNotes> {
    await this.dataSource.query('SELECT 1');
    const cursors = new Map((await this.logs.cursors()).map((cursor) => [cursor.chainId, cursor]));
    const shutOut = new Map<ChainId, readonly string[]>();
    for (const { chainId } of this.registry.all()) {
      shutOut.set(chainId, await this.quarantine.openKeys(chainId));
    }
    return { cursors, watches: await this.logs.watches(), shutOut };
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
