import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { runCommand, RUN_TAG } from '../../scripts/run-command.js';
import { survivorsOf } from '../../scripts/survivors.js';

const LISTENER =
  "require('node:net').createServer().listen(0, '127.0.0.1', function () { console.log(this.address().port) })";
const GRACE_MS = 200;
const started: number[] = [];

/** Starts a server that belongs to nobody's session and tells its port. */
async function startListener(tag: string): Promise<{ pid: number; port: number }> {
  const child = spawn(process.execPath, ['-e', LISTENER], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: process.env['PATH'], [RUN_TAG]: tag },
  });
  const pid = child.pid ?? 0;
  started.push(pid);
  const port = await new Promise<number>((resolve) => {
    child.stdout.once('data', (chunk) => resolve(Number(String(chunk))));
  });
  return { pid, port };
}

describe('survivorsOf', () => {
  afterEach(() => {
    for (const pid of started.splice(0)) process.kill(pid, 'SIGKILL');
  });

  it('finds a process that broke away, and the port it holds', async () => {
    const tag = randomUUID();
    const { pid, port } = await startListener(tag);
    const survivors = await survivorsOf({ tag, sessionId: 0, graceMs: GRACE_MS });
    expect(survivors.map((one) => ({ pid: one.pid, ports: one.ports }))).toEqual([
      { pid, ports: [port] },
    ]);
    expect(survivors[0]?.command).toContain('createServer');
  });

  it('finds a process that lost the tag but stayed in the session', async () => {
    const { sessionId } = await runCommand({
      argv: ['sh', '-c', `env -u ${RUN_TAG} sleep 30 & echo $!`],
      timeoutMs: 5_000,
      isEchoed: false,
    });
    const survivors = await survivorsOf({ tag: 'none', sessionId, graceMs: GRACE_MS });
    started.push(...survivors.map(({ pid }) => pid));
    expect(survivors.map(({ command }) => command)).toEqual(['sleep 30']);
  });

  it('finds nobody else', async () => {
    await startListener(randomUUID());
    expect(await survivorsOf({ tag: randomUUID(), sessionId: 0, graceMs: GRACE_MS })).toEqual([]);
  });
});

describe('runCommand', () => {
  it('ends a command that takes too long and says so', async () => {
    const result = await runCommand({ argv: ['sleep', '30'], timeoutMs: 100, isEchoed: false });
    expect(result.exitCode).toBe(1);
    expect(result.output).toContain('sleep 30 was stopped after 100 ms');
  });

  it('hides our own settings from what it runs', async () => {
    process.env['HEADWATER_FAILPOINT'] = 'broadcast';
    const result = await runCommand({ argv: ['env'], timeoutMs: 5_000, isEchoed: false });
    Reflect.deleteProperty(process.env, 'HEADWATER_FAILPOINT');
    expect(result.output).not.toContain('HEADWATER_FAILPOINT');
  });
});
