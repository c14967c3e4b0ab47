import type { ChainDeployment } from '#config';
import { type ChainId, defined, type Eid, RetryableError } from '#kernel';
import { createPublicClient, fallback, type PublicClient } from 'viem';
import { ChainNode, type LogFilter, transportOf } from './chain-node.js';
import type { BlockRef, ChainLog } from './domain/chain-log.js';

/** Reads of one chain through its endpoints, the first that answers in their configured order. */
export class ChainClient {
  readonly chainId: ChainId;
  readonly eid: Eid;
  readonly key: string;
  /** For reads of a single fact; what belongs together goes through `fromOneNode`. */
  readonly publicClient: PublicClient;
  private readonly nodes: readonly ChainNode[];

  constructor(readonly deployment: ChainDeployment) {
    this.chainId = deployment.chainId;
    this.eid = deployment.eid;
    this.key = deployment.key;
    this.nodes = deployment.rpcUrls.map((url) => new ChainNode(deployment, url));
    this.publicClient = createPublicClient({
      transport: fallback(deployment.rpcUrls.map(transportOf)),
    });
  }

  /**
   * Runs a unit of reads against one node, and the whole unit again on the next one when a node
   * fails, so it must be safe to repeat.
   *
   * @throws {RetryableError} when every node failed; its cause is the last failure.
   */
  async fromOneNode<Result>(read: (node: ChainNode) => Promise<Result>): Promise<Result> {
    let last: RetryableError | undefined;
    for (const node of this.nodes) {
      try {
        return await read(node);
      } catch (error) {
        if (!(error instanceof RetryableError)) throw error;
        last = error;
      }
    }
    throw defined(last, `endpoint of ${this.key}`);
  }

  head(): Promise<BlockRef> {
    return this.fromOneNode((node) => node.head());
  }

  /** Newest final block by the chain's rule: its finalized tag, or a depth below the head. */
  finalized(): Promise<BlockRef> {
    return this.fromOneNode((node) => node.finalized());
  }

  blockByNumber(number: number): Promise<BlockRef | undefined> {
    return this.fromOneNode((node) => node.blockByNumber(number));
  }

  /** Logs of a range of blocks, both ends included, in chain order. */
  logs(
    filter: LogFilter & { readonly fromBlock: number; readonly toBlock: number },
  ): Promise<readonly ChainLog[]> {
    return this.fromOneNode((node) => node.logs(filter));
  }

  /** Logs of exactly one block, in order. */
  logsOfBlock(filter: LogFilter & { readonly block: BlockRef }): Promise<readonly ChainLog[]> {
    return this.fromOneNode((node) => node.logsOfBlock(filter));
  }
}
