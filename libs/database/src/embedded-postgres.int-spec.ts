import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { startEmbeddedPostgres, stopEmbeddedPostgres } from './embedded/embedded-postgres.js';

const HOLDER = `
  import { startEmbeddedPostgres } from './libs/database/src/embedded/embedded-postgres.ts';
  import pg from 'pg';
  const server = await startEmbeddedPostgres({ dataDir: process.argv[1] });
  const client = new pg.Client({ host: server.host, user: 'postgres', database: 'postgres' });
  await client.connect();
  await client.query('CREATE TABLE kept (id int PRIMARY KEY)');
  await client.query('INSERT INTO kept VALUES (7)');
  console.log(server.pid);
  setInterval(() => {}, 1000);
`;

async function rowsOf(host: string): Promise<unknown[]> {
  const client = new pg.Client({ host, user: 'postgres', database: 'postgres' });
  await client.connect();
  const result = await client.query('SELECT id FROM kept');
  await client.end();
  return result.rows;
}

describe('embedded Postgres', () => {
  let dataDir: string;

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'headwater-embedded-'));
  });

  afterEach(async () => {
    await stopEmbeddedPostgres(dataDir);
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('survives kill -9 of its parent and is re-attached with what was written', async () => {
    const args = ['--import', 'tsx', '--conditions', 'source', '--input-type=module'];
    const child = spawn(process.execPath, [...args, '-e', HOLDER, dataDir], {
      cwd: join(import.meta.dirname, '..', '..', '..'),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: child.stdout });
    const [line] = await once(lines, 'line');
    child.kill('SIGKILL');
    await once(child, 'exit');

    const server = await startEmbeddedPostgres({ dataDir });

    expect({ origin: server.origin, pid: server.pid, rows: await rowsOf(server.host) }).toEqual({
      origin: 're-attached',
      pid: Number(line),
      rows: [{ id: 7 }],
    });
    await server.release();
  });

  it('runs once for processes that start together and stops with the last of them', async () => {
    const [first, second] = await Promise.all([
      startEmbeddedPostgres({ dataDir }),
      startEmbeddedPostgres({ dataDir }),
    ]);
    expect(first.pid).toBe(second.pid);
    expect([first.origin, second.origin].toSorted()).toEqual(['initialised', 're-attached']);

    await first.release();
    const third = await startEmbeddedPostgres({ dataDir });
    expect(third.pid).toBe(second.pid);

    await second.release();
    await third.release();
    const fourth = await startEmbeddedPostgres({ dataDir });
    expect({ origin: fourth.origin, isSame: fourth.pid === first.pid }).toEqual({
      origin: 'started',
      isSame: false,
    });
    await fourth.release();
  });

  it('keeps its socket path short for a data folder with a long path', async () => {
    const deep = join(dataDir, 'a'.repeat(60), 'b'.repeat(60));
    const server = await startEmbeddedPostgres({ dataDir: deep, isTemporary: true });

    expect(server.host.length).toBeLessThanOrEqual(93);
    await server.release();
    expect(existsSync(server.host)).toBe(false);
  });
});
