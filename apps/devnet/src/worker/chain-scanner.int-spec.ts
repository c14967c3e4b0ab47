import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Anvil, RpcProxy } from '#chain/testing';
import { toChainId } from '#kernel';
import { DevChain } from '../chains/dev-chain.js';
import { CHAINS, type ChainKey } from '../topology.js';
import { ChainScanner } from './chain-scanner.js';
import { MessageBook } from './message-book.js';

class WatchedBook extends MessageBook {
  readonly dropped: number[] = [];

  override dropAbove(chain: ChainKey, block: number): void {
    this.dropped.push(block);
    super.dropAbove(chain, block);
  }
}

describe('ChainScanner', () => {
  let anvil: Anvil;
  let proxy: RpcProxy;
  /** Answers that are given once instead of the node's, by block number in hex. */
  const stale = new Map<unknown, unknown>();

  beforeEach(async () => {
    anvil = await Anvil.start({ chainId: toChainId(CHAINS.alpha.chainId) });
    proxy = await RpcProxy.start({
      target: anvil.url,
      transform: ({ method, params, result }) => {
        if (method !== 'eth_getBlockByNumber' || !stale.has(params[0])) return result;
        const answer = stale.get(params[0]);
        stale.delete(params[0]);
        return answer;
      },
    });
  });

  afterEach(async () => {
    await proxy.stop();
    await anvil.stop();
  });

  it('forgets blocks that were replaced right after it had found them standing', async () => {
    const book = new WatchedBook(new Set());
    const scanner = new ChainScanner(new DevChain('alpha', proxy.url), [], book);
    await anvil.mine(5);
    await scanner.scan();
    const head = scanner.head;
    const before = await anvil.rpc('eth_getBlockByNumber', [`0x${head.toString(16)}`, false]);
    await anvil.reorg(2);
    await anvil.mine();
    stale.set(`0x${head.toString(16)}`, before);

    await scanner.scan();

    expect(scanner.head).toBe(head + 1);
    expect(book.dropped.at(-1)).toBeLessThanOrEqual(head - 2);
  });
});
