import type { ChainDeployment } from '#config';
import { type Address, assert, type ChainId, defined, type Hex, RetryableError } from '#kernel';
import { createPublicClient, custom, numberToHex, type PublicClient, RpcRequestError } from 'viem';
import { type BlockHeader, parseHeader } from './domain/block-header.js';
import { type BlockReceipts, parseBlockReceipts } from './domain/block-receipts.js';
import type { BlockRef, ChainLog } from './domain/chain-log.js';
import type { TxReceipt } from './domain/intent-fate.js';
import { parseBlock, parseLogs, parseQuantity, parseReceipt } from './domain/parse-rpc.js';
import { RpcEndpoint } from './rpc-endpoint.js';

/** What nodes answer to a method they do not have. */
const UNKNOWN_METHOD_CODES: readonly number[] = [-32_601, -32_004];

/** The node does not offer a method at all, so asking again is of no use. */
export class MethodNotOffered extends RetryableError {}

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
  private readonly endpoint: RpcEndpoint;

  constructor(
    private readonly deployment: ChainDeployment,
    url: string,
  ) {
    this.chainId = deployment.chainId;
    this.endpoint = new RpcEndpoint(url, { callsPerSecond: deployment.rpcRequestsPerSecond });
    this.client = createPublicClient({
      transport: custom(
        { request: ({ method, params = [] }) => this.request(method, params) },
        { retryCount: 0 },
      ),
    });
  }

  /** Names the node without its address, which may hold a token; the same in every process. */
  get key(): string {
    return this.endpoint.key;
  }

  /** False while it rests after a failure. */
  get isWell(): boolean {
    return this.endpoint.health.isWell();
  }

  /** Any call, refusals as the node gave them. */
  request(method: string, params: readonly unknown[]): Promise<unknown> {
    return this.endpoint.request(method, params);
  }

  /** Which chain the node is on: its id, and the hash of its first block. */
  async identity(): Promise<{ readonly chainId: number; readonly genesisHash: Hex }> {
    const [chainId, genesis] = await Promise.all([
      this.ask('eth_chainId', []),
      this.blockByNumber(0),
    ]);
    if (genesis === undefined) throw new RetryableError('the node has no first block');
    return { chainId: parseQuantity(chainId), genesisHash: genesis.hash };
  }

  /** Full headers of a range of blocks, both ends included, in order, as the node shows them. */
  async headers(fromBlock: number, toBlock: number): Promise<readonly BlockHeader[]> {
    const numbers = Array.from({ length: toBlock - fromBlock + 1 }, (_, at) => fromBlock + at);
    return Promise.all(
      numbers.map(async (number) => {
        const answer = await this.ask('eth_getBlockByNumber', [numberToHex(number), false]);
        if (answer === null) throw new RetryableError(`the node has no block ${number}`);
        const header = parseHeader(answer);
        if (header.number === number) return header;
        throw new RetryableError(`asked for block ${number}, got ${header.number}`);
      }),
    );
  }

  /** All receipts of a block. @throws {MethodNotOffered} when the node has no such method. */
  async receiptsOf(block: BlockRef): Promise<BlockReceipts> {
    const answer = await this.ask('eth_getBlockReceipts', [block.hash]);
    if (answer === null) throw new RetryableError(`the node has no receipts of ${block.number}`);
    return parseBlockReceipts(answer);
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
    try {
      return await this.request(method, params);
    } catch (error) {
      const message = `${method} failed on chain ${this.chainId}`;
      if (error instanceof RpcRequestError && UNKNOWN_METHOD_CODES.includes(error.code)) {
        throw new MethodNotOffered(message, { cause: error });
      }
      throw new RetryableError(message, { cause: error });
    }
  }
}
