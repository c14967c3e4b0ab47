import type { ChainDeployment } from '#config';
import { type Address, assert, type ChainId, defined, type Hex, RetryableError } from '#kernel';
import {
  createPublicClient,
  type EIP1193RequestFn,
  http,
  numberToHex,
  type PublicClient,
} from 'viem';
import type { BlockRef, ChainLog } from './domain/chain-log.js';
import type { TxReceipt } from './domain/intent-fate.js';
import { parseBlock, parseLogs, parseQuantity, parseReceipt } from './domain/parse-rpc.js';

const TIMEOUT_MS = 5_000;
const RETRIES_MAX = 1;
const RETRY_DELAY_MS = 150;
const BATCH_SIZE_MAX = 100;
/** About 50,000 logs; an answer above it fails and the next question is for fewer blocks. */
const ANSWER_BYTES_MAX = 32 * 2 ** 20;

/** Which logs: of any of `addresses`, with any of `topics0` as first topic; none means all topics. */
export interface LogFilter {
  readonly addresses: readonly Address[];
  readonly topics0: readonly Hex[];
}

/**
 * One endpoint of a chain. What one decision depends on is read from one node: two nodes may be on
 * different heads, and their answers together may describe a chain that never was.
 *
 * Every method throws RetryableError when the node fails or answers nonsense.
 */
export class ChainNode {
  readonly chainId: ChainId;
  readonly client: PublicClient;
  private readonly request: EIP1193RequestFn;

  constructor(
    private readonly deployment: ChainDeployment,
    url: string,
  ) {
    this.chainId = deployment.chainId;
    this.client = createPublicClient({ transport: transportOf(url) });
    this.request = this.client.transport.request;
  }

  async head(): Promise<BlockRef> {
    return defined(await this.block('latest'), 'latest block');
  }

  /** Newest final block by the chain's rule; genesis while the chain is younger than the depth. */
  async finalized(): Promise<BlockRef> {
    const rule = this.deployment.finality;
    if (rule.mode === 'tag') {
      const block = await this.block('finalized');
      if (block === undefined) throw new RetryableError('the node names no finalized block');
      return block;
    }
    const head = await this.head();
    const block = await this.blockByNumber(Math.max(0, head.number - rule.depth));
    if (block === undefined) throw new RetryableError('the node lost a block below its head');
    return block;
  }

  /** The canonical block of that height, or undefined when the node has none. */
  async blockByNumber(number: number): Promise<BlockRef | undefined> {
    const block = await this.block(numberToHex(number));
    if (block !== undefined && block.number !== number) {
      throw new RetryableError(`asked for block ${number}, got ${block.number}`);
    }
    return block;
  }

  /** Logs of a range of blocks, both ends included, in chain order. */
  async logs(
    filter: LogFilter & { readonly fromBlock: number; readonly toBlock: number },
  ): Promise<readonly ChainLog[]> {
    const { fromBlock, toBlock } = filter;
    const range = { fromBlock: numberToHex(fromBlock), toBlock: numberToHex(toBlock) };
    const logs = await this.rawLogs(filter, range);
    for (const { blockNumber } of logs) {
      if (blockNumber < fromBlock || blockNumber > toBlock) {
        throw new RetryableError(`log of block ${blockNumber} in ${fromBlock}..${toBlock}`);
      }
    }
    return this.withTimes(logs);
  }

  /** Logs of exactly one block, canonical or not, in order. */
  async logsOfBlock(
    filter: LogFilter & { readonly block: BlockRef },
  ): Promise<readonly ChainLog[]> {
    const { block } = filter;
    const logs = await this.rawLogs(filter, { blockHash: block.hash });
    return logs.map((log) => {
      if (log.blockHash !== block.hash || log.blockNumber !== block.number) {
        throw new RetryableError(`log of another block than ${block.number}`);
      }
      return { ...log, blockTimestamp: block.timestamp };
    });
  }

  /** The receipt of an executed transaction, or undefined while this node has none. */
  async receipt(txHash: Hex): Promise<TxReceipt | undefined> {
    const answer = await this.ask('eth_getTransactionReceipt', [txHash]);
    return answer === null ? undefined : parseReceipt(answer);
  }

  /** Whether the node holds the transaction, executed or waiting. */
  async knows(txHash: Hex): Promise<boolean> {
    return (await this.ask('eth_getTransactionByHash', [txHash])) !== null;
  }

  /** Nonce the next transaction of an account takes, counting those that wait at this node. */
  async pendingNonce(account: Address): Promise<number> {
    return parseQuantity(await this.ask('eth_getTransactionCount', [account, 'pending']));
  }

  /** Hands a signed transaction to the node. */
  async broadcast(raw: Hex): Promise<void> {
    await this.ask('eth_sendRawTransaction', [raw]);
  }

  private async block(which: string): Promise<BlockRef | undefined> {
    const answer = await this.ask('eth_getBlockByNumber', [which, false]);
    return answer === null ? undefined : parseBlock(answer);
  }

  private async rawLogs(
    filter: LogFilter,
    where: Readonly<Record<string, string>>,
  ): Promise<readonly ChainLog[]> {
    assert(filter.addresses.length > 0, 'a log filter without an address matches the whole chain');
    const topics = filter.topics0.length === 0 ? [] : [filter.topics0];
    const answer = await this.ask('eth_getLogs', [{ address: filter.addresses, topics, ...where }]);
    return parseLogs(this.chainId, answer).toSorted(
      (a, b) => a.blockNumber - b.blockNumber || a.logIndex - b.logIndex,
    );
  }

  /** Fills in times a node left out, and so also learns when it contradicts itself. */
  private async withTimes(logs: readonly ChainLog[]): Promise<readonly ChainLog[]> {
    const untimed = new Set(
      logs.filter((log) => log.blockTimestamp === 0).map((log) => log.blockNumber),
    );
    const headers = new Map<number, BlockRef>();
    await Promise.all(
      [...untimed].map(async (number) => {
        const header = await this.blockByNumber(number);
        if (header !== undefined) headers.set(number, header);
      }),
    );
    return logs.map((log) => {
      if (log.blockTimestamp !== 0) return log;
      const header = headers.get(log.blockNumber);
      if (header?.hash !== log.blockHash) {
        throw new RetryableError(`no header for the logs of block ${log.blockNumber}`);
      }
      return { ...log, blockTimestamp: header.timestamp };
    });
  }

  private async ask(method: string, params: readonly unknown[]): Promise<unknown> {
    const request: (call: { method: string; params: readonly unknown[] }) => Promise<unknown> =
      this.request;
    try {
      return await request({ method, params });
    } catch (error) {
      throw new RetryableError(`${method} failed on chain ${this.chainId}`, { cause: error });
    }
  }
}

/** How every client of ours talks to a node; requests made together travel together. */
export function transportOf(url: string): ReturnType<typeof http> {
  return http(url, {
    timeout: TIMEOUT_MS,
    retryCount: RETRIES_MAX,
    retryDelay: RETRY_DELAY_MS,
    batch: { batchSize: BATCH_SIZE_MAX },
    maxResponseBodySize: ANSWER_BYTES_MAX,
  });
}
