import { type Address, type Hex, toAddress, toHex } from '#kernel';
import { bytesOf, quantityBytes, rlp } from './rlp.js';
import { checked, field, hash, HASH_SIZE, ofSize, quantity, text } from './rpc-fields.js';
import { trieRootOf } from './trie-root.js';

const BLOOM_SIZE = 256;
const TOPICS_MAX = 4;
/** Types whose receipts are hashed as below; others have fields of their own. */
const KNOWN_TYPE_MAX = 4;

/** A log as a receipt holds it; its position counts over the whole block. */
export interface ReceiptLog {
  readonly txHash: Hex;
  readonly logIndex: number;
  readonly address: Address;
  readonly topics: readonly Hex[];
  readonly data: Hex;
}

/** All receipts of a block. */
export interface BlockReceipts {
  /** What they hash to; undefined when a kind of transaction is unknown, so nobody can tell. */
  readonly root: Hex | undefined;
  readonly logs: readonly ReceiptLog[];
}

interface Receipt {
  readonly index: number;
  readonly type: number;
  /** State after the transaction, before Byzantium; its success since. */
  readonly outcome: Buffer;
  readonly gasUsed: bigint;
  readonly logsBloom: Hex;
  readonly logs: readonly Omit<ReceiptLog, 'logIndex'>[];
}

/**
 * Checks the shape of all receipts of a block and hashes them.
 *
 * @throws {RetryableError} when malformed.
 */
export function parseBlockReceipts(answer: unknown): BlockReceipts {
  return checked('receipts', () => {
    if (!Array.isArray(answer)) throw new TypeError('not a list');
    const receipts = answer
      .map((receipt: unknown) => parseReceiptFields(receipt))
      .toSorted((a, b) => a.index - b.index);
    const isKnown = receipts.every(({ type }) => type <= KNOWN_TYPE_MAX);
    const logs = receipts.flatMap((receipt) => receipt.logs);
    return {
      root: isKnown ? trieRootOf(receipts.map(encoded)) : undefined,
      logs: logs.map((log, logIndex) => ({ ...log, logIndex })),
    };
  });
}

function parseReceiptFields(receipt: unknown): Receipt {
  const logs = field(receipt, 'logs');
  if (!Array.isArray(logs)) throw new TypeError('logs are not a list');
  const root = field(receipt, 'root');
  const type = field(receipt, 'type');
  return {
    index: quantity(receipt, 'transactionIndex'),
    type: type === undefined || type === null ? 0 : quantity(receipt, 'type'),
    outcome:
      typeof root === 'string'
        ? bytesOf(ofSize(root, HASH_SIZE))
        : quantityBytes(BigInt(quantity(receipt, 'status'))),
    gasUsed: BigInt(text(receipt, 'cumulativeGasUsed')),
    logsBloom: ofSize(field(receipt, 'logsBloom'), BLOOM_SIZE),
    logs: logs.map((log: unknown) => ({
      txHash: hash(receipt, 'transactionHash'),
      address: toAddress(text(log, 'address')),
      topics: topicsOf(log),
      data: toHex(text(log, 'data')),
    })),
  };
}

function topicsOf(log: unknown): readonly Hex[] {
  const topics = field(log, 'topics');
  if (!Array.isArray(topics) || topics.length > TOPICS_MAX) throw new TypeError('bad topics');
  return topics.map((topic: unknown) => ofSize(topic, HASH_SIZE));
}

function encoded(receipt: Receipt): Buffer {
  const { type, outcome, gasUsed, logsBloom, logs } = receipt;
  const body = rlp([
    outcome,
    quantityBytes(gasUsed),
    bytesOf(logsBloom),
    logs.map(({ address, topics, data }) => [bytesOf(address), topics.map(bytesOf), bytesOf(data)]),
  ]);
  return type === 0 ? body : Buffer.concat([Buffer.from([type]), body]);
}
