import type { ChainLog } from '#chain';
import { aChainDeployment, anAppConfig, Anvil, emitCall, RpcProxy } from '#chain/testing';
import type { ChainDeployment } from '#config';
import { createTestDatabase, type TestDatabase } from '#database/testing';
import { type Address, type ChainId, defined, type Hex, toChainId, toHex } from '#kernel';
import type { IndexerService } from '../indexer.service.js';
import { LogProjector, type LogSequence, type LogSource } from '../log-projector.js';
import { LogStore } from '../log-store.js';
import { createIndexer } from './create-indexer.js';

const TOPIC = toHex(`0x${'55'.repeat(32)}`);
const SUBJECT = 'all:events';

/** Takes every log of the emitter; the last word of its data is its number. */
class EventProjector extends LogProjector {
  override sources(chain: ChainDeployment): readonly LogSource[] {
    return [{ address: chain.contracts.farms, topics0: [TOPIC] }];
  }

  override subjectsOf(): readonly string[] {
    return [SUBJECT];
  }

  override sequenceOf(log: ChainLog): LogSequence {
    return { contract: log.address, seq: BigInt(`0x${log.data.slice(-64)}`) };
  }
}

/** A real chain behind endpoints that can fail and lie, each on its own, and an index of it. */
export class WatchedChain {
  readonly anvil: Anvil;
  readonly nodes: readonly RpcProxy[];
  readonly database: TestDatabase;
  readonly emitter: Address;
  private emitted = 0n;
  private releases: (() => Promise<void>)[] = [];

  private constructor(parts: {
    readonly anvil: Anvil;
    readonly nodes: readonly RpcProxy[];
    readonly database: TestDatabase;
    readonly emitter: Address;
  }) {
    this.anvil = parts.anvil;
    this.nodes = parts.nodes;
    this.database = parts.database;
    this.emitter = parts.emitter;
  }

  static async start(options: {
    readonly chainId: number;
    readonly endpoints?: number;
  }): Promise<WatchedChain> {
    const { chainId, endpoints = 3 } = options;
    const [anvil, database] = await Promise.all([Anvil.start({ chainId }), createTestDatabase()]);
    const nodes = await Promise.all(
      Array.from({ length: endpoints }, () => RpcProxy.start({ target: anvil.url })),
    );
    const emitter = await anvil.deployEmitter();
    return new WatchedChain({ anvil, nodes, database, emitter });
  }

  get chainId(): ChainId {
    return toChainId(this.anvil.chainId);
  }

  node(index: number): RpcProxy {
    return defined(this.nodes[index], `endpoint ${index}`);
  }

  deployment(overrides: Partial<ChainDeployment> = {}): ChainDeployment {
    const { contracts } = aChainDeployment();
    return aChainDeployment({
      chainId: this.chainId,
      rpcUrls: this.nodes.map(({ url }) => url),
      contracts: { ...contracts, farms: this.emitter },
      ...overrides,
    });
  }

  /** A new indexer on the same database. */
  indexer(overrides: Partial<ChainDeployment> = {}): IndexerService {
    const { indexer, release } = createIndexer({
      config: anAppConfig({ chains: [this.deployment(overrides)] }),
      dataSource: this.database.dataSource,
      projectors: [new EventProjector()],
    });
    this.releases.push(release);
    return indexer;
  }

  /** Emits so many numbered events, all in one new block. */
  async emit(count = 1): Promise<void> {
    for (let index = 0; index < count; index += 1) {
      this.emitted += 1n;
      await this.anvil.send(this.emitter, emitCall(TOPIC, 0n, [this.emitted]));
    }
    await this.anvil.mine();
  }

  /** Goes on numbering after this event, as a contract does whose later ones were taken back. */
  resetNumbers(emitted: bigint): void {
    this.emitted = emitted;
  }

  /** Number, block hash and transaction of each event, as the chain has it. */
  async onChain(): Promise<readonly string[]> {
    const filter = { address: this.emitter, fromBlock: '0x0', toBlock: 'latest' };
    const logs = await this.anvil.rpc('eth_getLogs', [filter]);
    if (!Array.isArray(logs)) throw new TypeError('no list of logs');
    return logs.map((log) => eventText(log.data, log.blockHash, log.transactionHash));
  }

  /** The same as the index has it. */
  async indexed(): Promise<readonly string[]> {
    const logs = await this.store().bySubject(SUBJECT);
    return logs.map((log) => eventText(log.data, log.blockHash, log.txHash));
  }

  store(): LogStore {
    return new LogStore(this.database.dataSource);
  }

  /** Evidence against endpoints, oldest first. */
  evidence(): Promise<
    readonly {
      readonly node_key: string;
      readonly kind: string;
      readonly answered: string;
      readonly proved: string;
    }[]
  > {
    return this.database.dataSource.query(
      'SELECT node_key, kind, answered, proved FROM node_quarantine ORDER BY id',
    );
  }

  /** Since when and why nothing new is believed. */
  async stall(): Promise<string | null> {
    const rows = await this.database.dataSource.query('SELECT stalled_reason FROM chain_watch');
    return rows[0]?.stalled_reason ?? null;
  }

  /** Lets go of the chain in every indexer of this process. */
  async release(): Promise<void> {
    for (const release of this.releases.splice(0)) await release();
  }

  async stop(): Promise<void> {
    await this.release();
    await Promise.all([
      this.anvil.stop(),
      this.database.close(),
      ...this.nodes.map((node) => node.stop()),
    ]);
  }
}

function eventText(data: Hex, blockHash: Hex, txHash: Hex): string {
  return `${BigInt(data)} ${blockHash} ${txHash}`;
}
