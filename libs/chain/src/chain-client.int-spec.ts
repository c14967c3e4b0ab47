import { RetryableError, toChainId, toHex } from '#kernel';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChainClient } from './chain-client.js';
import { aChainDeployment, Anvil, emitCall, type ProxiedCall, RpcProxy } from './testing/index.js';

const TOPIC = toHex(`0x${'11'.repeat(32)}`);
const chainId = toChainId(31_001);

describe('chain client', () => {
  let anvil: Anvil;
  const proxies: RpcProxy[] = [];

  beforeEach(async () => {
    anvil = await Anvil.start({ chainId });
  });

  afterEach(async () => {
    await anvil.stop();
    for (const proxy of proxies.splice(0)) await proxy.stop();
  });

  const clientOf = (overrides: Parameters<typeof aChainDeployment>[0] = {}) =>
    new ChainClient(aChainDeployment({ chainId, rpcUrls: [anvil.url], ...overrides }));

  const proxyOf = async (transform: (call: ProxiedCall) => unknown): Promise<string> => {
    const proxy = await RpcProxy.start({ target: anvil.url, transform });
    proxies.push(proxy);
    return proxy.url;
  };

  it('takes finality from the tag or from a depth', async () => {
    await anvil.mine(10);
    const byTag = await clientOf().finalized();
    const byDepth = await clientOf({ finality: { mode: 'depth', depth: 7 } }).finalized();
    const ofYoungChain = await clientOf({ finality: { mode: 'depth', depth: 64 } }).finalized();
    expect([byTag.number, byDepth.number, ofYoungChain.number]).toEqual([6, 3, 0]);
  });

  it('reads the same logs by range and by block', async () => {
    const address = await anvil.deployEmitter();
    await anvil.send(address, emitCall(TOPIC, 1n, [7n]));
    await anvil.send(address, emitCall(TOPIC, 2n, [8n]));
    await anvil.mine();
    const client = clientOf();
    const head = await client.head();
    const filter = { addresses: [address], topics0: [TOPIC] };

    const [byRange, byBlock] = await client.fromOneNode((node) =>
      Promise.all([
        node.logs({ ...filter, fromBlock: 0, toBlock: head.number }),
        node.logsOfBlock({ ...filter, block: head }),
      ]),
    );

    expect(byRange).toEqual(byBlock);
    expect(byRange.map((log) => [log.topics[1], BigInt(log.data), log.logIndex])).toEqual([
      [`0x${'1'.padStart(64, '0')}`, 7n, 0],
      [`0x${'2'.padStart(64, '0')}`, 8n, 1],
    ]);
    expect(byRange[0]?.blockTimestamp).toBe(head.timestamp);
  });

  it('asks for the header when a node sends logs with a zero time', async () => {
    const address = await anvil.deployEmitter();
    await anvil.send(address, emitCall(TOPIC, 1n, []));
    await anvil.mine();
    const url = await proxyOf(({ method, result }) =>
      method === 'eth_getLogs' && Array.isArray(result)
        ? result.map((log) => ({ ...log, blockTimestamp: '0x0' }))
        : result,
    );
    const client = clientOf({ rpcUrls: [url] });
    const head = await client.head();
    const filter = { addresses: [address], topics0: [] };
    const logs = await client.fromOneNode((node) =>
      node.logs({ ...filter, fromBlock: 0, toBlock: head.number }),
    );
    expect(logs.map((log) => log.blockTimestamp)).toEqual([head.timestamp]);
  });

  it('moves a whole unit of reads to the next endpoint when one fails within it', async () => {
    await anvil.mine(3);
    const url = await proxyOf(({ method, params, result }) =>
      method === 'eth_getBlockByNumber' && params[0] === '0x1' ? 'nonsense' : result,
    );
    const client = clientOf({ rpcUrls: ['http://127.0.0.1:1', url, anvil.url] });
    const seen: number[] = [];
    const numbers = await client.fromOneNode(async (node) => {
      const head = await node.head();
      seen.push(head.number);
      return [head.number, (await node.blockByNumber(1))?.number];
    });
    expect({ numbers, seen }).toEqual({ numbers: [3, 1], seen: [3, 3] });
  });

  it('fails in a retryable way when no endpoint answers', async () => {
    await expect(clientOf({ rpcUrls: ['http://127.0.0.1:1'] }).head()).rejects.toThrow(
      RetryableError,
    );
  });

  it('knows no block above the head', async () => {
    expect(await clientOf().blockByNumber(99)).toBeUndefined();
  });
});
