import type { ChainDeployment } from '#config';
import { type ChainId, type Eid, type Hex, RetryableError } from '#kernel';
import { createPublicClient, custom, type PublicClient, RpcRequestError } from 'viem';
import { ChainNode } from './chain-node.js';
import { type Believed, ChainQuorum, type ChainView, NoQuorum } from './chain-quorum.js';
import type { BlockRef } from './domain/chain-log.js';
import type { Contradiction } from './domain/contradiction.js';
import { type ProvenRange, RangeReader, type RangeRequest } from './range-reader.js';
import { EndpointFailure } from './rpc-http.js';

/**
 * Reads of one chain through its endpoints. Blocks are believed when a quorum of them agrees; what
 * hangs on a believed block is read from one and checked, see `provenRange`.
 */
export class ChainClient {
  readonly chainId: ChainId;
  readonly eid: Eid;
  readonly key: string;
  /** For reads of a single fact; what belongs together goes through `fromOneNode`. */
  readonly publicClient: PublicClient;
  readonly nodes: readonly ChainNode[];
  private readonly quorum: ChainQuorum;
  private readonly ranges: RangeReader;
  private excluded = new Set<string>();
  private accusations: Contradiction[] = [];

  constructor(readonly deployment: ChainDeployment) {
    this.chainId = deployment.chainId;
    this.eid = deployment.eid;
    this.key = deployment.key;
    this.nodes = deployment.rpcUrls.map((url) => new ChainNode(deployment, url));
    const accuse = (contradiction: Contradiction) => this.accuse(contradiction);
    this.quorum = new ChainQuorum(deployment, this.nodes, accuse);
    this.ranges = new RangeReader(deployment, this.quorum.size, accuse);
    this.publicClient = createPublicClient({
      transport: custom(
        { request: ({ method, params = [] }) => this.request(method, params) },
        { retryCount: 0 },
      ),
    });
  }

  /** Endpoints that must agree before anything is believed. */
  get quorumSize(): number {
    return this.quorum.size;
  }

  /** First block of the chain, once it is known. */
  get genesisHash(): Hex | undefined {
    return this.quorum.genesis;
  }

  /** Holds the endpoints to the first block the chain had when it was first looked at. */
  pinGenesis(hash: Hex): void {
    this.quorum.pinGenesis(hash);
  }

  /** Shuts the named endpoints out, and lets all others in again. */
  exclude(nodeKeys: Iterable<string>): void {
    this.excluded = new Set(nodeKeys);
  }

  /** What endpoints were caught with since the last call; they are shut out until `exclude`. */
  takeAccusations(): readonly Contradiction[] {
    return this.accusations.splice(0);
  }

  /** Shuts an endpoint out that was caught with an answer that cannot be true. */
  accuse(contradiction: Contradiction): void {
    if (this.excluded.has(contradiction.nodeKey)) return;
    this.excluded.add(contradiction.nodeKey);
    this.accusations.push(contradiction);
  }

  /** Endpoints that may be asked, in their configured order, those that rest at the end. */
  usable(): readonly ChainNode[] {
    const allowed = this.nodes.filter(({ key }) => !this.excluded.has(key));
    return [...allowed.filter(({ isWell }) => isWell), ...allowed.filter(({ isWell }) => !isWell)];
  }

  /**
   * Runs a unit of reads against one node, and the whole unit again on the next one when a node
   * fails, so it must be safe to repeat. Two nodes may be on different heads, and their answers
   * together may describe a chain that never was.
   *
   * @throws {RetryableError} when every node failed; its cause is the last failure.
   */
  async fromOneNode<Result>(read: (node: ChainNode) => Promise<Result>): Promise<Result> {
    let last: RetryableError | undefined;
    for (const node of this.usable()) {
      try {
        return await read(node);
      } catch (error) {
        if (!(error instanceof RetryableError)) throw error;
        last = error;
      }
    }
    throw last ?? new NoQuorum(`every endpoint of ${this.key} is shut out`);
  }

  /**
   * What a quorum shows of the chain now.
   *
   * @param options.isSuspicious Asks every endpoint again which chain it is on.
   * @throws {NoQuorum}
   */
  view(options: { readonly isSuspicious?: boolean } = {}): Promise<ChainView> {
    if (options.isSuspicious === true) this.quorum.forgetIdentities();
    return this.quorum.view(this.usable());
  }

  /**
   * The block of a height a quorum shows, and who shows it; undefined when a quorum has none.
   *
   * @throws {NoQuorum}
   */
  agreedBlock(number: number): Promise<Believed | undefined> {
    return this.quorum.block(this.usable(), number);
  }

  /** @throws {NoQuorum} */
  async head(): Promise<BlockRef> {
    return (await this.view()).head.block;
  }

  /**
   * Newest final block by the chain's rule, its finalized tag or a depth below the head, that a
   * quorum calls final.
   *
   * @throws {NoQuorum}
   */
  async finalized(): Promise<BlockRef> {
    return (await this.view()).finalized.block;
  }

  /** The block of a height a quorum shows. @throws {NoQuorum} */
  async blockByNumber(number: number): Promise<BlockRef | undefined> {
    return (await this.agreedBlock(number))?.block;
  }

  /**
   * Blocks and logs that are proved to lead from a believed block to another, read from `node`. An
   * endpoint that is caught lying is shut out.
   *
   * @throws {RetryableError} when something is missing, or cannot be proved.
   */
  provenRange(node: ChainNode, request: RangeRequest): Promise<ProvenRange> {
    return this.ranges.read(node, this.usable(), request);
  }

  /** Any call, of the first endpoint that does not fail. */
  private async request(method: string, params: readonly unknown[]): Promise<unknown> {
    let [refusal, failure]: [Error | undefined, Error | undefined] = [undefined, undefined];
    for (const node of this.usable()) {
      try {
        return await node.request(method, params);
      } catch (error) {
        if (error instanceof EndpointFailure) failure = error;
        else if (error instanceof RpcRequestError) refusal ??= error;
        else throw error;
      }
    }
    throw refusal ?? failure ?? new NoQuorum(`every endpoint of ${this.key} is shut out`);
  }
}
