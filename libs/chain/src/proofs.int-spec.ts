import { defined, type Hex, toHex } from '#kernel';
import { numberToHex } from 'viem';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseHeader } from './domain/block-header.js';
import { parseBlockReceipts } from './domain/block-receipts.js';
import { BloomFilter } from './domain/logs-bloom.js';
import { Anvil, emitCall } from './testing/index.js';

const TOPIC = toHex(`0x${'22'.repeat(32)}`);
const OTHER_TOPIC = toHex(`0x${'23'.repeat(32)}`);

describe('proofs of what a node says', () => {
  let anvil: Anvil;

  beforeEach(async () => {
    anvil = await Anvil.start({ chainId: 31_002 });
  });

  afterEach(() => anvil.stop());

  const headerOf = async (number: number) =>
    parseHeader(await anvil.rpc('eth_getBlockByNumber', [numberToHex(number), false]));
  const receiptsOf = (number: number): Promise<unknown> =>
    anvil.rpc('eth_getBlockReceipts', [numberToHex(number)]);

  /** Calls of both kinds, so that receipts of several types are in one block. */
  const emitMany = async (address: Hex, count: number): Promise<void> => {
    const from = await anvil.account();
    for (let index = 0; index < count; index += 1) {
      const data = emitCall(TOPIC, BigInt(index), [BigInt(index)]);
      const price = index % 2 === 0 ? { gasPrice: numberToHex(10n ** 10n) } : {};
      const call = { from, to: address, data, gas: numberToHex(100_000), ...price };
      await anvil.rpc('eth_sendTransaction', [call]);
    }
    await anvil.mine();
  };

  it.each([0, 1, 2, 17, 150])('re-hashes header and receipts of a block with %i', async (count) => {
    const address = await anvil.deployEmitter();
    await emitMany(address, count);
    const header = await headerOf(2);
    const receipts = parseBlockReceipts(await receiptsOf(2));

    expect(header.isProven).toBe(true);
    expect(receipts.root).toBe(header.receiptsRoot);
    expect(receipts.logs.map(({ logIndex, topics }) => [logIndex, BigInt(topics[1] ?? 0)])).toEqual(
      Array.from({ length: count }, (_, index) => [index, BigInt(index)]),
    );
    const bloom = new BloomFilter({ addresses: [address], topics0: [TOPIC] });
    expect(bloom.mayMatch(header.logsBloom)).toBe(count > 0);
    const stranger = new BloomFilter({ addresses: [address], topics0: [OTHER_TOPIC] });
    expect(stranger.mayMatch(header.logsBloom)).toBe(false);
  });

  it('shows every change of a log, a receipt or a header', async () => {
    const address = await anvil.deployEmitter();
    await emitMany(address, 3);
    const { receiptsRoot } = await headerOf(2);
    const block = await anvil.rpc('eth_getBlockByNumber', ['0x2', false]);
    const honest = await receiptsOf(2);
    if (!Array.isArray(honest)) throw new TypeError('no list of receipts');
    const first = defined(honest[0], 'a receipt');
    const log = defined(first.logs[0], 'a log');
    const lies: readonly (readonly unknown[])[] = [
      [{ ...first, logs: [] }, ...honest.slice(1)],
      [{ ...first, logs: [log, log] }, ...honest.slice(1)],
      [{ ...first, logs: [{ ...log, data: `0x${'00'.repeat(31)}09` }] }, ...honest.slice(1)],
      [{ ...first, logs: [{ ...log, topics: log.topics.slice(1) }] }, ...honest.slice(1)],
      [{ ...first, status: '0x0' }, ...honest.slice(1)],
      honest.slice(1),
      [...honest, { ...first, transactionIndex: '0x3' }],
      [],
    ];
    for (const lie of lies) expect(parseBlockReceipts(lie).root).not.toBe(receiptsRoot);
    expect(parseBlockReceipts(honest).root).toBe(receiptsRoot);

    if (typeof block !== 'object' || block === null) throw new TypeError('no block');
    for (const change of [
      { logsBloom: `0x${'00'.repeat(256)}` },
      { receiptsRoot: `0x${'11'.repeat(32)}` },
      { timestamp: '0x1' },
      { baseFeePerGas: null },
    ]) {
      expect(parseHeader({ ...block, ...change }).isProven).toBe(false);
    }
  });

  it('cannot tell the root with a kind of transaction it does not know', () => {
    const receipt = {
      transactionIndex: '0x0',
      type: '0x7e',
      status: '0x1',
      cumulativeGasUsed: '0x5208',
      logsBloom: `0x${'00'.repeat(256)}`,
      transactionHash: TOPIC,
      logs: [],
    };
    expect(parseBlockReceipts([receipt])).toEqual({ root: undefined, logs: [] });
  });
});
