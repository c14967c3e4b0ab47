import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const SCRIPT =
  "import { failpoint } from '#observability'; failpoint('broadcast'); process.stdout.write('alive');";

function run(armed: string | undefined): { signal: string | null; output: string } {
  const result = spawnSync(
    process.execPath,
    ['--conditions=source', '--import', 'tsx', '--input-type=module', '-e', SCRIPT],
    {
      cwd: ROOT,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], ...(armed ? { HEADWATER_FAILPOINT: armed } : {}) },
    },
  );
  return { signal: result.signal, output: result.stdout };
}

describe('failpoint', () => {
  it('kills the process at the armed point and nowhere else', () => {
    expect(run('broadcast')).toEqual({ signal: 'SIGKILL', output: '' });
    expect(run('intent-stored')).toEqual({ signal: null, output: 'alive' });
    expect(run(undefined)).toEqual({ signal: null, output: 'alive' });
  });
});
