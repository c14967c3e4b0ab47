import { RetryableError, toChainId } from '#kernel';
import { describe, expect, it } from 'vitest';
import { parseBlock, parseLogs, parseQuantity, parseReceipt } from './parse-rpc.js';

const HASH = `0x${'Ab'.repeat(32)}`;
const LOWER = HASH.toLowerCase();
const RAW_LOG = {
  blockNumber: '0x10',
  blockHash: HASH,
  blockTimestamp: '0x64',
  transactionHash: HASH,
  logIndex: '0x2',
  address: `0x${'Cd'.repeat(20)}`,
  topics: [HASH],
  data: '0xFF',
  removed: false,
};
const chainId = toChainId(1);

describe('parse of node answers', () => {
  it('reads a block and a receipt', () => {
    const block = { number: '0xa', hash: HASH, parentHash: HASH, timestamp: '0x5' };
    expect(parseBlock(block)).toEqual({ number: 10, hash: LOWER, parentHash: LOWER, timestamp: 5 });
    expect(parseReceipt({ blockNumber: '0x1', blockHash: HASH, status: '0x0' })).toEqual({
      blockNumber: 1,
      blockHash: LOWER,
      hasReverted: true,
    });
    expect(parseQuantity('0x1f')).toBe(31);
  });

  it('reads a log in lower case and marks a missing time with 0', () => {
    const { blockTimestamp: _time, ...untimed } = RAW_LOG;
    const expected = {
      chainId,
      blockNumber: 16,
      blockHash: LOWER,
      blockTimestamp: 100,
      txHash: LOWER,
      logIndex: 2,
      address: RAW_LOG.address.toLowerCase(),
      topics: [LOWER],
      data: '0xff',
    };
    expect(parseLogs(chainId, [RAW_LOG, untimed])).toEqual([
      expected,
      { ...expected, blockTimestamp: 0 },
    ]);
  });

  it.each([
    ['a pending log', { ...RAW_LOG, blockNumber: null }],
    ['a removed log', { ...RAW_LOG, removed: true }],
    ['a short hash', { ...RAW_LOG, blockHash: '0x12' }],
    ['a number beyond safe integers', { ...RAW_LOG, blockNumber: '0xffffffffffffffff' }],
    ['a fifth topic', { ...RAW_LOG, topics: Array(5).fill(HASH) }],
    ['odd data', { ...RAW_LOG, data: '0xf' }],
    ['no object', 'log'],
  ])('refuses %s', (_what, log) => {
    expect(() => parseLogs(chainId, [log])).toThrow(RetryableError);
  });

  it('refuses an answer that is no list', () => {
    expect(() => parseLogs(chainId, null)).toThrow(RetryableError);
  });
});
