import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert } from '#kernel';

const INSTALLED = '/usr/lib/postgresql';
/** `nobody`: the server refuses to run as root. */
const ACCOUNT = { uid: 65_534, gid: 65_534 };

/** Folder of installed server programs that can make a replica; the bundled ones cannot. */
export function replicationPrograms(): string | undefined {
  if (!existsSync(INSTALLED)) return undefined;
  return readdirSync(INSTALLED)
    .toSorted((a, b) => Number(b) - Number(a))
    .map((version) => join(INSTALLED, version, 'bin'))
    .find((bin) =>
      ['initdb', 'pg_ctl', 'pg_basebackup'].every((name) => existsSync(join(bin, name))),
    );
}

/** A primary that acknowledges a commit only when its replica has it, and the replica. */
export class ReplicatedPostgres {
  private constructor(
    private readonly bin: string,
    private readonly home: string,
    private readonly ports: { readonly primary: number; readonly replica: number },
  ) {}

  static async start(bin: string): Promise<ReplicatedPostgres> {
    const home = mkdtempSync(join(tmpdir(), 'headwater-d2-'));
    if (process.getuid?.() === 0) chownSync(home, ACCOUNT.uid, ACCOUNT.gid);
    const ports = { primary: await freePort(), replica: await freePort() };
    const pair = new ReplicatedPostgres(bin, home, ports);
    const primary = join(home, 'primary');
    pair.run('initdb', ['-D', primary, '-U', 'postgres', '--auth=trust', '--no-sync']);
    pair.startServer('primary', ['-c', 'wal_level=replica']);
    const source = ['-h', '127.0.0.1', '-p', String(ports.primary), '-U', 'postgres'];
    pair.run('pg_basebackup', [...source, '-D', join(home, 'replica'), '-R', '--no-sync']);
    pair.startServer('replica', []);
    pair.query(`ALTER SYSTEM SET synchronous_standby_names = '*'`);
    pair.query('SELECT pg_reload_conf()');
    return pair;
  }

  get primaryUrl(): string {
    return `postgres://postgres@127.0.0.1:${this.ports.primary}/postgres`;
  }

  get replicaUrl(): string {
    return `postgres://postgres@127.0.0.1:${this.ports.replica}/postgres`;
  }

  losePrimary(): void {
    process.kill(this.pidOf('primary'), 'SIGKILL');
  }

  promote(): void {
    this.run('pg_ctl', ['-D', join(this.home, 'replica'), '-w', 'promote']);
  }

  stop(): void {
    for (const name of ['replica', 'primary']) {
      if (!existsSync(join(this.home, name, 'postmaster.pid'))) continue;
      spawnSync(
        join(this.bin, 'pg_ctl'),
        ['-D', join(this.home, name), '-m', 'immediate', 'stop'],
        {
          ...accountOf(),
          cwd: '/',
        },
      );
    }
    rmSync(this.home, { recursive: true, force: true });
  }

  private pidOf(name: string): number {
    const text = readFileSync(join(this.home, name, 'postmaster.pid'), 'utf8');
    return Number(text.split('\n')[0]);
  }

  private startServer(name: 'primary' | 'replica', settings: readonly string[]): void {
    const data = join(this.home, name);
    const own = [`-p ${this.ports[name]}`, `-k ${this.home}`, '-h 127.0.0.1', ...settings];
    this.run('pg_ctl', [
      '-D',
      data,
      '-l',
      join(this.home, `${name}.log`),
      '-w',
      '-o',
      own.join(' '),
      'start',
    ]);
  }

  private query(sql: string): void {
    const at = ['-h', '127.0.0.1', '-p', String(this.ports.primary), '-U', 'postgres'];
    this.run('psql', [...at, '-c', sql]);
  }

  private run(program: string, args: readonly string[]): void {
    const result = spawnSync(join(this.bin, program), [...args], {
      ...accountOf(),
      cwd: '/',
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    assert(result.status === 0, `${program} failed: ${result.stderr}`);
  }
}

function accountOf(): typeof ACCOUNT | undefined {
  return process.getuid?.() === 0 ? ACCOUNT : undefined;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert(typeof address === 'object' && address !== null, 'a port is free');
  await new Promise((resolve) => server.close(resolve));
  return address.port;
}
