import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

let holder: ChildProcess | undefined;

/**
 * Keeps the test server up for a whole run, so that no test file pays for its start.
 *
 * A process of its own holds it: code that runs in vitest's own process cannot import `#` names,
 * and a killed run closes the pipe, which lets the server go.
 */
export async function setup(): Promise<void> {
  const program = fileURLToPath(new URL('./hold-test-postgres.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', '--conditions', 'source', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit').then(() => undefined);
  const answer = await Promise.race([once(child.stdout, 'data'), ended]);
  if (answer === undefined) throw new Error('the test database server did not start');
  holder = child;
}

/** Lets the server go and waits until it has stopped. */
export async function teardown(): Promise<void> {
  if (holder === undefined) return;
  const ended = once(holder, 'exit');
  holder.stdin?.end();
  await ended;
}
