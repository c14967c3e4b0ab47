import { type ChainId, toAddress, toHex } from '#kernel';
import type { BlockRef, ChainLog } from './chain-log.js';
import type { TxReceipt } from './intent-fate.js';
import { checked, field, hash, HASH_SIZE, ofSize, quantity, text } from './rpc-fields.js';

const TOPICS_MAX = 4;

/** Checks the shape of a header in a node's answer. @throws {RetryableError} when it is malformed. */
export function parseBlock(answer: unknown): BlockRef {
  return checked('block', () => ({
    number: quantity(answer, 'number'),
    hash: hash(answer, 'hash'),
    parentHash: hash(answer, 'parentHash'),
    timestamp: quantity(answer, 'timestamp'),
  }));
}

/**
 * Checks the shape of a node's answer to `eth_getLogs`; pending and removed logs are malformed.
 * A time the node left out comes back as 0.
 *
 * @throws {RetryableError} when any log is malformed.
 */
export function parseLogs(chainId: ChainId, answer: unknown): readonly ChainLog[] {
  return checked('logs', () => {
    if (!Array.isArray(answer)) throw new TypeError('not a list');
    return answer.map((log: unknown) => parseLog(chainId, log));
  });
}

function parseLog(chainId: ChainId, log: unknown): ChainLog {
  if (field(log, 'removed') === true) throw new TypeError('removed log');
  const topics = field(log, 'topics');
  if (!Array.isArray(topics) || topics.length > TOPICS_MAX) throw new TypeError('bad topics');
  const timestamp = field(log, 'blockTimestamp');
  return {
    chainId,
    blockNumber: quantity(log, 'blockNumber'),
    blockHash: hash(log, 'blockHash'),
    // Some nodes send no time and some send zero; both mean "ask for the header".
    blockTimestamp: typeof timestamp === 'string' ? quantity(log, 'blockTimestamp') : 0,
    txHash: hash(log, 'transactionHash'),
    logIndex: quantity(log, 'logIndex'),
    address: toAddress(text(log, 'address')),
    topics: topics.map((topic: unknown) => ofSize(topic, HASH_SIZE)),
    data: toHex(text(log, 'data')),
  };
}

/** Checks the shape of a receipt. @throws {RetryableError} when it is malformed. */
export function parseReceipt(answer: unknown): TxReceipt {
  return checked('receipt', () => ({
    blockNumber: quantity(answer, 'blockNumber'),
    blockHash: hash(answer, 'blockHash'),
    hasReverted: quantity(answer, 'status') === 0,
  }));
}

/** Checks that an answer is a number. @throws {RetryableError} when it is not. */
export function parseQuantity(answer: unknown): number {
  return checked('quantity', () => quantity({ answer }, 'answer'));
}
