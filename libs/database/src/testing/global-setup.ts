import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/**
 * Keeps the test server up for a whole run, so that no test file pays for its start.
 *
 * A process of its own holds it: code that runs in vitest's own process cannot import `#` names,
 * and a killed run closes the pipe, which lets the server go.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const program = join(import.meta.dirname, 'hold-test-postgres.ts');
  const holder = spawn(process.execPath, ['--import', 'tsx', '--conditions', 'source', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(holder, 'exit');
  const outcome = await Promise.race([once(holder.stdout, 'data'), exited.then(() => undefined)]);
  if (outcome === undefined) throw new Error('the test database server did not start');
  return async () => {
    holder.stdin.end();
    await exited;
  };
}
