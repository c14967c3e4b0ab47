import { mkdirSync } from 'node:fs';
import { type Deployment, parseDeployment } from '#config';
import { ChainCluster } from './chains/chain-cluster.js';
import { DevChain } from './chains/dev-chain.js';
import { reorganise } from './chains/reorg.js';
import { ControlServer, type ControlTarget } from './control/control-server.js';
import type { DeploymentFile } from './deploy/deployment-file.js';
import {
  devnetFolder,
  DevnetFolderUnusable,
  readControlAddress,
  removeControlAddress,
  writeControlAddress,
} from './devnet-folder.js';
import {
  createNetwork,
  isNetworkKept,
  type Reporter,
  resumeNetwork,
  type StartedNetwork,
} from './network-start.js';
import { DEFAULT_PARAMETERS, type DevnetParameters } from './parameters.js';
import { CHAIN_KEYS, forEachChain, type PerChain } from './topology.js';
import type { MessageWorker } from './worker/message-worker.js';

export interface DevnetOptions {
  /** Everything is kept in the folder `devnet` below this one. */
  readonly dataDir: string;
  /** What differs from the defaults; a network that exists keeps what it was made with. */
  readonly parameters?: Partial<DevnetParameters>;
  /** Forget the network kept in the folder. */
  readonly reset?: boolean;
  readonly onReport?: Reporter;
}

/** A running local network: three chains, LayerZero between them, Headwater on top. */
export class Devnet {
  /** What the deployment file says, as it is written. */
  readonly file: DeploymentFile;
  /** Resolves when the devnet has stopped, whoever asked for it. */
  readonly ended: Promise<void>;
  readonly chains: PerChain<DevChain>;
  readonly #worker: MessageWorker;
  #control: ControlServer | undefined;
  #stopping: Promise<void> | undefined;
  #markEnded: () => void = () => undefined;

  private constructor(
    private readonly folder: string,
    private readonly cluster: ChainCluster,
    network: StartedNetwork,
  ) {
    this.chains = network.chains;
    this.file = network.file;
    this.#worker = network.worker;
    this.ended = new Promise((resolve) => {
      this.#markEnded = resolve;
    });
  }

  /**
   * Starts the network kept in the folder, or makes a new one.
   *
   * @throws {DevnetFolderUnusable} when another devnet runs in the folder, or when what is kept
   * there is not whole.
   */
  static async start(options: DevnetOptions): Promise<Devnet> {
    const report = options.onReport ?? (() => undefined);
    const given = options.parameters ?? {};
    const folder = devnetFolder(options.dataDir);
    mkdirSync(folder, { recursive: true });
    await refuseSecond(folder);
    // State without a deployment file is what an interrupted deployment leaves.
    if (options.reset === true || !isNetworkKept(folder)) await ChainCluster.reset(folder);
    const cluster = await ChainCluster.start(folder);
    cluster.onMissedBlock((chain, error) =>
      report({ step: 'block-missed', chain, reason: String(error) }),
    );
    report({ step: 'chains', rpcUrls: cluster.rpcUrls });
    try {
      const chains = forEachChain((key) => new DevChain(key, cluster.rpcUrls[key]));
      const network = isNetworkKept(folder)
        ? await resumeNetwork({ folder, chains, report, given })
        : await createNetwork({
            folder,
            chains,
            report,
            parameters: { ...DEFAULT_PARAMETERS, ...given },
          });
      const devnet = new Devnet(folder, cluster, network);
      await devnet.openControl();
      return devnet;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  /** Address of the control server, undefined once it is closed. */
  get controlUrl(): string | undefined {
    return this.#control?.url;
  }

  /** What the deployment file says, parsed. */
  get deployment(): Deployment {
    return parseDeployment(this.file);
  }

  /** Calls `listener` when a chain dies; the network is then of no use. */
  onChainDeath(listener: (reason: string) => void): void {
    this.cluster.onUnexpectedExit(listener);
  }

  /** Stops worker, control server and chains; what the chains know is kept. */
  stop(): Promise<void> {
    this.#stopping ??= this.shutDown();
    return this.#stopping;
  }

  private async shutDown(): Promise<void> {
    for (const key of CHAIN_KEYS) await this.cluster.setHalted(key, false);
    await this.#control?.stop();
    await this.#worker.stop();
    await this.cluster.stop();
    removeControlAddress(this.folder);
    this.#markEnded();
  }

  private async openControl(): Promise<void> {
    this.#control = await ControlServer.start(this.controlTarget());
    writeControlAddress(this.folder, { url: this.#control.url, pid: process.pid });
  }

  private controlTarget(): ControlTarget {
    return {
      deployment: () => this.file,
      messages: () => this.#worker.book.all(),
      faults: () => this.#worker.faults.view(),
      changeFaults: (change, path) => this.#worker.faults.change(change, path),
      retry: (guid, gas) => this.#worker.retry(guid, gas === undefined ? {} : { gas }),
      reorg: ({ chain, depth, keepTransactions }) =>
        reorganise({ chain: this.chains[chain], depth, keepTransactions }),
      setHalted: (chain, isHalted) => this.cluster.setHalted(chain, isHalted),
      requestStop: () => {
        setImmediate(() => void this.stop());
      },
    };
  }
}

/** Two devnets on the same state would destroy it. */
async function refuseSecond(folder: string): Promise<void> {
  const address = readControlAddress(folder);
  if (address === undefined) return;
  const isAlive = await fetch(`${address.url}/faults`, { signal: AbortSignal.timeout(1_000) }).then(
    (response) => response.ok,
    () => false,
  );
  if (isAlive) {
    throw new DevnetFolderUnusable(
      `a devnet runs in ${folder} already (process ${address.pid}): stop it first`,
    );
  }
  removeControlAddress(folder);
}
