import type { Fault, ProxiedCall } from '#chain/testing';
import { Anvil } from '#chain/testing';
import { RetryableError } from '#kernel';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WatchedChain } from './testing/index.js';

const isLogs = ({ method }: ProxiedCall) => method === 'eth_getLogs';

describe('faults of nodes', () => {
  let chain: WatchedChain;

  beforeEach(async () => {
    chain = await WatchedChain.start({ chainId: 31_110 });
  });

  afterEach(() => chain.stop());

  const expectEqual = async (): Promise<void> => {
    expect(await chain.indexed()).toEqual(await chain.onChain());
  };

  /** A node that shows the chain as it was at a height. */
  const lagAt = (height: number) => (call: ProxiedCall) => {
    const { method, params, result } = call;
    if (method === 'eth_getLogs') {
      if (!Array.isArray(result)) return result;
      return result.filter(({ blockNumber }) => Number(blockNumber) <= height);
    }
    if (method !== 'eth_getBlockByNumber') return result;
    const number = Number(
      typeof result === 'object' && result !== null && Reflect.get(result, 'number'),
    );
    if (number <= height) return result;
    return old.get(String(params[0])) ?? null;
  };
  const old = new Map<string, unknown>();
  const remember = async (): Promise<void> => {
    for (const tag of ['latest', 'finalized']) {
      old.set(tag, await chain.anvil.rpc('eth_getBlockByNumber', [tag, false]));
    }
  };

  it('N1: waits at most 5 s for a node that hangs, and goes on with the others', async () => {
    await chain.emit(2);
    await chain.anvil.mine(10);
    chain.node(0).fault = 'hang';
    const indexer = chain.indexer();
    const startMs = Date.now();
    const report = await indexer.tick(chain.chainId);
    expect(report.status).toBe('advanced');
    expect(Date.now() - startMs).toBeLessThan(6_000);
    await expectEqual();

    await chain.emit(1);
    const againMs = Date.now();
    await indexer.tick(chain.chainId);
    expect(Date.now() - againMs).toBeLessThan(2_000);
    await expectEqual();
  });

  it.each<Fault>(['server-error', 'too-many', 'html', 'cut-json', 'wrong-id'])(
    'N2: asks a node that answers with %s at most once a second, and the others instead',
    async (fault) => {
      await chain.emit(1);
      await chain.anvil.mine(6);
      const sick = chain.node(0);
      sick.fault = fault;
      const indexer = chain.indexer();
      const startMs = Date.now();
      while (Date.now() - startMs < 2_500) {
        await indexer.tick(chain.chainId);
        await chain.emit(1);
      }
      await indexer.tick(chain.chainId);
      await expectEqual();
      const gaps = sick.askedMs.slice(1).map((at, index) => at - (sick.askedMs[index] ?? 0));
      // Questions that were under way when the first failed are not held against it.
      expect(gaps.filter((gap) => gap > 50).every((gap) => gap >= 990)).toBe(true);
      expect(sick.askedMs.length).toBeLessThanOrEqual(8);

      sick.fault = undefined;
      await new Promise((resolve) => setTimeout(resolve, 4_000));
      const asked = sick.askedMs.length;
      await indexer.tick(chain.chainId);
      await indexer.tick(chain.chainId);
      expect(sick.askedMs.length).toBeGreaterThan(asked);
      expect(await chain.evidence()).toEqual([]);
    },
  );

  it.each(['receipts', 'agreement'] as const)(
    'N3: takes no empty range from a node that lags (%s)',
    async (verification) => {
      await chain.emit(1);
      await chain.anvil.mine(5);
      const height = await chain.anvil.blockNumber();
      await remember();
      chain.node(0).lie(lagAt(height));
      await chain.anvil.mine(25);
      await chain.emit(3);
      await chain.anvil.mine(25);
      const report = await chain.indexer({ verification }).tick(chain.chainId);
      expect(report.to).toBe(height + 51);
      await expectEqual();
      expect(await chain.evidence()).toEqual([]);
    },
  );

  const lies: readonly (readonly [string, (logs: unknown[]) => unknown])[] = [
    ['omits', (logs) => logs.slice(1)],
    [
      'adds',
      (logs) => [
        ...logs,
        ...logs.slice(-1).map((log) => Object.assign({}, log, { logIndex: '0x7' })),
      ],
    ],
    [
      'alters',
      (logs) => logs.map((log) => Object.assign({}, log, { data: `0x${'00'.repeat(31)}63` })),
    ],
  ];
  it.each(
    lies.flatMap(([what, lie]) =>
      [10, 0].flatMap((depth) =>
        (['receipts', 'agreement'] as const).map((verification) => ({
          what,
          lie,
          depth,
          verification,
        })),
      ),
    ),
  )(
    'N4: shuts out a node that $what a log, $depth blocks deep, by $verification',
    async ({ lie, depth, verification }) => {
      await chain.emit(3);
      await chain.anvil.mine(1 + depth);
      const liar = chain.node(0);
      liar.lie((call) =>
        isLogs(call) && Array.isArray(call.result) ? lie(call.result) : call.result,
      );
      const indexer = chain.indexer({ verification });

      for (let round = 0; round < 12; round += 1) {
        await indexer.tick(chain.chainId).catch((error: unknown) => {
          if (!(error instanceof RetryableError)) throw error;
        });
      }

      await expectEqual();
      const [evidence, ...more] = await chain.evidence();
      expect(more).toEqual([]);
      expect(evidence?.kind).toBe('wrong-logs');
      const asked = liar.askedMs.length;
      await chain.emit(1);
      await indexer.tick(chain.chainId);
      expect(liar.askedMs.length).toBe(asked);
      await expectEqual();
    },
  );

  it.each([
    ['receipts', 'eth_getBlockReceipts', 'wrong-receipts'],
    ['headers', 'eth_getBlockByNumber', 'wrong-header'],
  ])(
    'N4: shuts out a node whose %s do not hash to what is believed',
    async (_what, method, kind) => {
      await chain.emit(3);
      await chain.anvil.mine(10);
      chain.node(0).lie((call) => {
        if (call.method !== method) return call.result;
        if (Array.isArray(call.result)) return call.result.slice(1);
        return call.params[0] === '0x2'
          ? Object.assign({}, call.result, { logsBloom: `0x${'00'.repeat(256)}` })
          : call.result;
      });
      const indexer = chain.indexer();
      await indexer.tick(chain.chainId);
      await expectEqual();
      expect((await chain.evidence()).map((row) => row.kind)).toEqual([kind]);
    },
  );

  it('N4: shuts out a node that calls another block final', async () => {
    await chain.emit(1);
    await chain.anvil.mine(10);
    chain.node(2).lie(({ method, params, result }) => {
      const isFinal = method === 'eth_getBlockByNumber' && params[0] === 'finalized';
      return isFinal ? Object.assign({}, result, { hash: `0x${'ab'.repeat(32)}` }) : result;
    });
    await chain.indexer().tick(chain.chainId);
    await expectEqual();
    expect((await chain.evidence()).map((row) => row.kind)).toEqual(['other-final-block']);
  });

  it('N5: refuses a node of another chain with the same id, at start and at run time', async () => {
    const stranger = await Anvil.start({
      chainId: chain.chainId,
      args: ['--no-mining', '--timestamp', '1700000000'],
    });
    try {
      await stranger.mine(40);
      await chain.emit(1);
      await chain.anvil.mine(8);
      chain.node(1).moveTo(stranger.url);
      const indexer = chain.indexer();
      await indexer.tick(chain.chainId);
      await expectEqual();
      expect((await chain.evidence()).map((row) => row.kind)).toEqual(['other-chain']);

      chain.node(0).moveTo(stranger.url);
      await chain.emit(1);
      const before = await chain.indexed();
      await expect(indexer.tick(chain.chainId)).rejects.toThrow(RetryableError);
      expect(await chain.indexed()).toEqual(before);
      expect((await chain.store().cursor(chain.chainId))?.haltedReason).toBeNull();
    } finally {
      await stranger.stop();
    }
  });

  it('N5: does not take another chain behind its only address for a deep fork', async () => {
    const stranger = await Anvil.start({
      chainId: chain.chainId,
      args: ['--no-mining', '--timestamp', '1700000000'],
    });
    try {
      await stranger.mine(40);
      await chain.emit(1);
      await chain.anvil.mine(8);
      const indexer = chain.indexer({ rpcUrls: [chain.node(0).url] });
      await indexer.tick(chain.chainId);
      chain.node(0).moveTo(stranger.url);
      await expect(indexer.tick(chain.chainId)).rejects.toThrow('1 must agree');
      expect((await chain.evidence()).map((row) => row.kind)).toEqual(['other-chain']);
      expect((await chain.store().cursor(chain.chainId))?.haltedReason).toBeNull();
    } finally {
      await stranger.stop();
    }
  });

  it('N6: believes nothing new while all nodes but one are down', async () => {
    await chain.emit(1);
    await chain.anvil.mine(5);
    const indexer = chain.indexer();
    await indexer.tick(chain.chainId);
    const cursor = await chain.store().cursor(chain.chainId);
    chain.node(0).fault = 'server-error';
    chain.node(2).fault = 'server-error';
    await chain.emit(2);
    await chain.anvil.mine(6);

    for (let round = 0; round < 3; round += 1) {
      await expect(indexer.tick(chain.chainId)).rejects.toThrow('2 must agree');
    }
    expect(await chain.stall()).toContain('1 of 3 endpoints of hub answer, 2 must agree');
    expect(await chain.store().cursor(chain.chainId)).toMatchObject({
      cursorBlock: cursor?.cursorBlock,
      finalizedBlock: cursor?.finalizedBlock,
    });

    chain.node(2).fault = undefined;
    await new Promise((resolve) => setTimeout(resolve, 8_000));
    await indexer.tick(chain.chainId);
    await expectEqual();
    expect(await chain.stall()).toBeNull();
  });

  it.each(['receipts', 'agreement'] as const)(
    'N7: misses nothing when nodes cut long answers without a word (%s)',
    async (verification) => {
      for (let block = 0; block < 12; block += 1) await chain.emit(2);
      await chain.anvil.mine(5);
      const cut = verification === 'receipts' ? chain.nodes : chain.nodes.slice(0, 1);
      for (const node of cut) {
        node.lie((call) =>
          isLogs(call) && Array.isArray(call.result) ? call.result.slice(0, 5) : call.result,
        );
      }
      const indexer = chain.indexer({ verification });
      for (let round = 0; round < 12; round += 1) {
        await indexer.tick(chain.chainId).catch((error: unknown) => {
          if (!(error instanceof RetryableError)) throw error;
        });
      }
      await expectEqual();
      expect(await chain.evidence()).toEqual([]);
    },
  );

  it('N8: reads again what was cut off in the middle', async () => {
    await chain.emit(40);
    await chain.anvil.mine(5);
    chain.node(0).fault = 'reset';
    const indexer = chain.indexer();
    await indexer.tick(chain.chainId);
    await expectEqual();
    expect(await chain.evidence()).toEqual([]);
  });
});
