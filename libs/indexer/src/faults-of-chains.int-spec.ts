import { defined, type Hex, toHex } from '#kernel';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WatchedChain } from './testing/index.js';

/** More blocks can be taken back than the deepest fork below takes. */
const finality = { mode: 'depth', depth: 80 } as const;

describe('faults of chains', () => {
  let chain: WatchedChain;

  beforeEach(async () => {
    chain = await WatchedChain.start({ chainId: 31_111 });
  });

  afterEach(() => chain.stop());

  const expectEqual = async (): Promise<void> => {
    expect(await chain.indexed()).toEqual(await chain.onChain());
    expect(await chain.evidence()).toEqual([]);
  };

  it.each([1, 3, 12, 64])('R1: takes back a transaction dropped %i blocks deep', async (depth) => {
    await chain.emit(2);
    await chain.anvil.mine(90);
    await chain.emit(1);
    await chain.anvil.mine(depth - 1);
    const indexer = chain.indexer({ finality });
    for (let tick = 0; tick < 3; tick += 1) await indexer.tick(chain.chainId);
    expect(await chain.indexed()).toHaveLength(3);

    await chain.anvil.reorg(depth);
    const startMs = Date.now();
    const report = await indexer.tick(chain.chainId);

    expect(report).toMatchObject({ status: 'advanced', reorgDepth: depth });
    expect(Date.now() - startMs).toBeLessThan(10_000);
    expect(await chain.indexed()).toHaveLength(2);
    await expectEqual();
  });

  it('R2: keeps one row of a transaction that comes back in other blocks and another order', async () => {
    await chain.emit(1);
    await chain.anvil.mine(5);
    const before = await chain.anvil.blockNumber();
    await chain.emit(2);
    await chain.emit(1);
    const raws = await rawTransactions(before + 1);
    const indexer = chain.indexer({ finality });
    await indexer.tick(chain.chainId);
    const first = await chain.indexed();

    await chain.anvil.reorg(2);
    await indexer.tick(chain.chainId);
    for (const raw of raws) {
      await chain.anvil.rpc('eth_sendRawTransaction', [raw]);
      await chain.anvil.mine();
    }
    await indexer.tick(chain.chainId);

    const second = await chain.indexed();
    expect(second).toHaveLength(first.length);
    expect(second.map(transactionOf)).toEqual(first.map(transactionOf));
    expect(second.slice(1).every((event) => !first.includes(event))).toBe(true);
    await expectEqual();
  });

  it('R3: halts within a tick when a final block is replaced, and touches nothing', async () => {
    await chain.emit(2);
    await chain.anvil.mine(12);
    const indexer = chain.indexer();
    await indexer.tick(chain.chainId);
    const before = await chain.indexed();
    const cursor = await chain.store().cursor(chain.chainId);

    await chain.anvil.reorg(13);
    await chain.anvil.mine(3);
    const report = await indexer.tick(chain.chainId);

    expect(report.status).toBe('halted');
    expect(await chain.indexed()).toEqual(before);
    expect(await chain.store().cursor(chain.chainId)).toMatchObject({
      cursorBlock: cursor?.cursorBlock,
      finalizedBlock: cursor?.finalizedBlock,
      haltedReason: expect.stringContaining('a final block was replaced'),
    });
    expect((await indexer.tick(chain.chainId)).status).toBe('halted');
  });

  it('R4: catches up with 5,000 blocks that come at once after a pause', async () => {
    await chain.emit(1);
    await chain.anvil.mine(5);
    const indexer = chain.indexer();
    await indexer.tick(chain.chainId);
    expect((await indexer.tick(chain.chainId)).status).toBe('idle');
    await chain.anvil.rpc('evm_increaseTime', [600]);
    await chain.anvil.mine(2_500);
    await chain.emit(2);
    await chain.anvil.mine(2_500);
    await chain.emit(1);

    const startMs = Date.now();
    const head = await chain.anvil.blockNumber();
    for (let to = 0; to < head;) ({ to } = await indexer.tick(chain.chainId));

    expect(Date.now() - startMs).toBeLessThan(60_000);
    await expectEqual();
  });

  const rawTransactions = async (fromBlock: number): Promise<readonly Hex[]> => {
    const raws: Hex[] = [];
    for (let number = fromBlock; ; number += 1) {
      const block = await chain.anvil.rpc('eth_getBlockByNumber', [
        `0x${number.toString(16)}`,
        false,
      ]);
      if (typeof block !== 'object' || block === null) return raws;
      const hashes: unknown = Reflect.get(block, 'transactions');
      if (!Array.isArray(hashes)) throw new TypeError('no list of transactions');
      for (const hash of hashes) {
        raws.push(toHex(String(await chain.anvil.rpc('eth_getRawTransactionByHash', [hash]))));
      }
    }
  };
});

function transactionOf(event: string): string {
  return defined(event.split(' ')[2], 'transaction of an event');
}
