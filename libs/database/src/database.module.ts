import {
  type DynamicModule,
  Global,
  Injectable,
  Module,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';

import { AppConfig } from '#config';
import { defined } from '#kernel';
import { Log } from '#observability';

import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded/embedded-postgres.js';
import { ensureDatabase } from './ensure-database.js';
import { migrate } from './migrate.js';
import { connectDatabase, type DatabaseAddress, dataSourceOptions } from './open-database.js';
import { DATABASE } from './with-database-server.js';

/** Servers this process may hold. */
const servers = new Set<DatabaseServer>();

/** Holds the embedded server while the process lives; holds nothing when a URL is configured. */
@Injectable()
class DatabaseServer {
  private starting: Promise<DatabaseAddress> | undefined;
  private embedded: EmbeddedPostgres | undefined;

  constructor(
    private readonly config: AppConfig,
    private readonly log: Log,
  ) {}

  /** Address of the configured server, or of the embedded one, which is started when needed. */
  start(): Promise<DatabaseAddress> {
    servers.add(this);
    this.starting = this.launch();
    return this.starting;
  }

  /** A server that is just starting is released too, once it is up. */
  async release(): Promise<void> {
    await Promise.allSettled([this.starting]);
    await this.embedded?.release();
    servers.delete(this);
  }

  private async launch(): Promise<DatabaseAddress> {
    const { databaseUrl, dataDir } = this.config;
    if (databaseUrl !== undefined) return { url: databaseUrl };
    this.embedded = await startEmbeddedPostgres({
      dataDir,
      onLost: (error) => this.log.error({ error }, 'embedded database is gone'),
    });
    const { host, origin, pid } = this.embedded;
    await ensureDatabase(host, DATABASE);
    this.log.info({ origin, pid }, 'embedded database is ready');
    return { host, database: DATABASE };
  }
}

/**
 * Releases the embedded servers that a failed start leaves behind: an application that could not
 * be built runs no shutdown hooks, and such a server outlives the process that started it.
 */
export async function releaseDatabases(): Promise<void> {
  await Promise.all([...servers].map((server) => server.release()));
}

@Module({ providers: [DatabaseServer], exports: [DatabaseServer] })
class DatabaseServerModule {}

/** Provides the migrated TypeORM `DataSource` to every module. */
@Global()
@Module({})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(
    private readonly server: DatabaseServer,
    private readonly dataSource: DataSource,
  ) {}

  /** Needs the global `Log` and `AppConfig`: its `databaseUrl`, else an embedded server in its `dataDir`. */
  static forRoot(): DynamicModule {
    const connection = TypeOrmModule.forRootAsync({
      imports: [DatabaseServerModule],
      inject: [DatabaseServer],
      useFactory: async (server: DatabaseServer) => dataSourceOptions(await server.start()),
      dataSourceFactory: async (options) => {
        const dataSource = await connectDatabase(defined(options, 'data source options'));
        await migrate(dataSource);
        return dataSource;
      },
    });
    return {
      module: DatabaseModule,
      imports: [DatabaseServerModule, connection],
      exports: [connection],
    };
  }

  /** The pool closes before the server is released: the last process to leave stops it. */
  async onApplicationShutdown(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
    await this.server.release();
  }
}
