import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProxiedCall } from '#chain/testing';
import { aDeploymentFile } from '#config/testing';
import { WatchedChain } from '#indexer/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../run-cli.js';

describe('operator commands', () => {
  let chain: WatchedChain;
  let folder: string;
  const before = { ...process.env };

  beforeEach(async () => {
    chain = await WatchedChain.start({ chainId: 31_120 });
    folder = mkdtempSync(join(tmpdir(), 'headwater-operator-'));
    const file = aDeploymentFile();
    Object.assign(file.chains[0] ?? {}, {
      chainId: chain.chainId,
      rpcUrls: chain.nodes.map(({ url }) => url),
    });
    const path = join(folder, 'deployment.json');
    writeFileSync(path, JSON.stringify(file));
    const { host, database } = chain.database;
    Object.assign(process.env, {
      HEADWATER_DEPLOYMENT: path,
      DATABASE_URL: `postgres://postgres@localhost/${database}?host=${encodeURIComponent(host)}`,
    });
  });

  afterEach(async () => {
    for (const name of ['HEADWATER_DEPLOYMENT', 'DATABASE_URL']) {
      if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before[name];
    }
    rmSync(folder, { recursive: true });
    await chain.stop();
  });

  it('shows the evidence against an endpoint, and lets it in again', async () => {
    await chain.emit(2);
    await chain.anvil.mine(8);
    const liar = chain.node(1);
    liar.lie(({ method, params, result }) =>
      method === 'eth_getBlockByNumber' && params[0] === 'finalized'
        ? Object.assign({}, result, { hash: `0x${'ab'.repeat(32)}` })
        : result,
    );
    const indexer = chain.indexer();
    await indexer.tick(chain.chainId);
    const [evidence] = await chain.evidence();
    const nodeKey = evidence?.node_key ?? '';

    const caught = await headwater('nodes', 'list');
    expect(caught.code).toBe(1);
    expect(caught.text).toContain(`hub    2 of 3    ${nodeKey}  other-final-block`);
    expect(caught.text).not.toContain('http');

    const released = await headwater('nodes', 'release', 'hub', nodeKey);
    expect(released).toEqual({
      code: 0,
      text: `${nodeKey} is asked about hub again from the next round on.\n`,
    });
    expect(await headwater('nodes', 'list')).toEqual({
      code: 0,
      text: 'No endpoint is shut out.\n',
    });
    expect((await headwater('nodes', 'list', '--all')).text).toContain(nodeKey);
    expect((await headwater('nodes', 'release', 'hub', nodeKey)).code).toBe(1);

    liar.lie();
    const asked = liar.askedMs.length;
    await indexer.tick(chain.chainId);
    expect(liar.askedMs.length).toBeGreaterThan(asked);
  });

  it('resumes a halted chain only when its final blocks are the indexed ones again', async () => {
    await chain.emit(1);
    await chain.anvil.mine(10);
    const indexer = chain.indexer();
    await indexer.tick(chain.chainId);
    expect(await headwater('chains', 'resume', 'hub')).toEqual({
      code: 0,
      text: 'hub is not halted.\n',
    });
    for (const node of chain.nodes) node.lie(otherFork);
    expect((await indexer.tick(chain.chainId)).status).toBe('halted');
    const cursor = await chain.store().cursor(chain.chainId);

    const refused = await headwater('chains', 'resume', 'hub');
    expect(refused.code).toBe(1);
    expect(refused.text).toContain('would have to be rebuilt');
    expect(await chain.store().cursor(chain.chainId)).toEqual(cursor);

    for (const node of chain.nodes) node.lie();
    await chain.anvil.mine(1);
    const resumed = await headwater('chains', 'resume', 'hub');
    expect(resumed.code).toBe(0);
    expect(resumed.text).toContain('Nothing final was changed.');
    expect((await indexer.tick(chain.chainId)).status).toBe('advanced');
    expect(await chain.indexed()).toEqual(await chain.onChain());
  });

  it('says that the chains cannot be reached', async () => {
    await indexerHalted();
    for (const node of chain.nodes) node.fault = 'server-error';
    const { code, text } = await headwater('chains', 'resume', 'hub');
    expect(code).toBe(3);
    expect(text).toContain('0 of 3 endpoints of hub answer, 2 must agree');
  });

  const indexerHalted = async (): Promise<void> => {
    await chain.emit(1);
    await chain.anvil.mine(10);
    const indexer = chain.indexer();
    await indexer.tick(chain.chainId);
    await chain.anvil.reorg(10);
    expect((await indexer.tick(chain.chainId)).status).toBe('halted');
  };
});

async function headwater(
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly text: string }> {
  const out: string[] = [];
  const sink = { isTty: false, write: (text: string) => out.push(text) };
  const code = await runCli({ args, stdout: sink, stderr: sink });
  return { code, text: out.join('') };
}

/** Shows every block but the first as another one, as nodes would on a fork below all that is final. */
function otherFork({ method, result }: ProxiedCall): unknown {
  if (method !== 'eth_getBlockByNumber' || typeof result !== 'object' || result === null) {
    return result;
  }
  const number = Number(Reflect.get(result, 'number'));
  const other = (name: string) => `0xff${String(Reflect.get(result, name)).slice(4)}`;
  if (number === 0) return result;
  return {
    ...result,
    hash: other('hash'),
    ...(number > 1 ? { parentHash: other('parentHash') } : {}),
  };
}
