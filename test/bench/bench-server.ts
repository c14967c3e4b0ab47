import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '#database';
import pg from 'pg';

const CLOCK_TICKS_PER_SECOND = 100;

/**
 * The server a bench writes to: the one `DATABASE_URL` names, which must allow to create databases,
 * else an embedded one of its own; in both cases with all its durability on.
 */
export class BenchServer {
  private created = 0;

  private constructor(
    /** Kind and version. */
    readonly name: string,
    /** Address of the maintenance database; `pid` is unknown for a server of another machine. */
    private readonly place: { readonly url: string; readonly pid: number | undefined },
    private readonly release: () => Promise<void>,
  ) {}

  static async start(): Promise<BenchServer> {
    const url = process.env['DATABASE_URL'];
    if (url !== undefined) return BenchServer.at('DATABASE_URL', url, () => Promise.resolve());
    const folder = mkdtempSync(join(tmpdir(), 'headwater-bench-'));
    const server = await startEmbeddedPostgres({ dataDir: folder, isTemporary: true });
    const address = `postgres://postgres@localhost/postgres?host=${encodeURIComponent(server.host)}`;
    return BenchServer.at('embedded', address, async () => {
      await server.release();
      rmSync(folder, { recursive: true, force: true });
    });
  }

  private static async at(
    kind: string,
    url: string,
    release: () => Promise<void>,
  ): Promise<BenchServer> {
    const { version, pid } = await withClient(url, describeServer);
    return new BenchServer(`${kind} ${version}`, { url, pid }, release);
  }

  /** Creates a database and gives its URL. */
  async createDatabase(): Promise<string> {
    this.created += 1;
    const name = `headwater_bench_${process.pid}_${this.created}`;
    await withClient(this.place.url, (client) => client.query(`CREATE DATABASE ${name}`));
    const url = new URL(this.place.url);
    url.pathname = `/${name}`;
    return url.toString();
  }

  async dropDatabase(url: string): Promise<void> {
    const name = new URL(url).pathname.slice(1);
    await withClient(this.place.url, (client) =>
      client.query(`DROP DATABASE ${name} WITH (FORCE)`),
    );
  }

  /** Seconds of processor time of the server so far; null when it runs elsewhere. */
  cpuSeconds(): number | null {
    const { pid } = this.place;
    if (pid === undefined) return null;
    const server = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => statOf(Number(name)))
      .filter((stat) => stat?.pid === pid || stat?.parent === pid);
    const ticks = server.reduce((total, stat) => total + (stat?.ticks ?? 0), 0);
    return ticks / CLOCK_TICKS_PER_SECOND;
  }

  async stop(): Promise<void> {
    await this.release();
  }
}

async function describeServer(
  client: pg.Client,
): Promise<{ readonly version: string; readonly pid: number | undefined }> {
  const shown = await client.query<{ version: string; host: string | null }>(
    `SELECT current_setting('server_version') AS version, host(inet_server_addr()) AS host`,
  );
  const { version = '', host = null } = shown.rows[0] ?? {};
  if (host !== null && !host.startsWith('127.')) return { version, pid: undefined };
  const file = await client.query<{ pid: string }>(
    `SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1) AS pid`,
  );
  return { version, pid: Number(file.rows[0]?.pid) };
}

/** Runs `work` on a connection of its own. */
export async function withClient<Result>(
  url: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  /** Processor time of the process and of its ended children, in clock ticks. */
  readonly ticks: number;
  readonly rssBytes: number;
}

const PAGE_BYTES = 4_096;

/** What the kernel says about a process; undefined once it has ended. */
export function statOf(pid: number): ProcessStat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [parent = 0, rssPages = 0] = [fields[1], fields[21]];
  const ticks = [11, 12, 13, 14].reduce((total, index) => total + (fields[index] ?? 0), 0);
  return { pid, parent, ticks, rssBytes: rssPages * PAGE_BYTES };
}
