import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const MAIN = join(import.meta.dirname, 'main.ts');

describe('the worker process', () => {
  let dataDir: string;

  beforeEach(() => {
    dataDir = join(mkdtempSync(join(tmpdir(), 'headwater-worker-')), 'data');
  });

  afterEach(() => rmSync(join(dataDir, '..'), { recursive: true }));

  it('lists every wrong setting and starts no database', async () => {
    const child = spawn(process.execPath, ['--conditions=source', '--import', 'tsx', MAIN], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HEADWATER_DATA_DIR: dataDir,
        HEADWATER_OPERATOR_KEY: '0x0'.padEnd(66, '0'),
        HOST: 'a b',
      },
    });
    const ended = new Promise((resolve) => child.once('close', resolve));
    const [stdout, stderr, exitCode] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      ended,
    ]);
    const file = join(dataDir, 'devnet', 'deployment.json');
    expect({ stdout, stderr, exitCode }).toEqual({
      stdout: '',
      stderr: [
        'invalid configuration:',
        '  HEADWATER_OPERATOR_KEY: is no private key: it must be above zero and below the curve order',
        '  HOST: must be a host name or an IP address',
        `  HEADWATER_DEPLOYMENT: cannot read ${file}: ENOENT: no such file or directory, open '${file}'`,
        '',
      ].join('\n'),
      exitCode: 1,
    });
    expect(existsSync(dataDir)).toBe(false);
  });
});
