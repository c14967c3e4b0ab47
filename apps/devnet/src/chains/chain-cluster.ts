import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CHAIN_KEYS,
  type ChainKey,
  CHAINS,
  forEachChain,
  onEveryChain,
  type PerChain,
} from '../topology.js';
import { AnvilProcess, stateFile } from './anvil-process.js';
import { freePort } from './free-port.js';
import { endLeftovers, recordProcesses } from './process-record.js';
import { Watchdog } from './watchdog.js';

/** The three local chains, started and stopped together. */
export class ChainCluster {
  private constructor(
    private readonly folder: string,
    readonly chains: PerChain<AnvilProcess>,
    private readonly watchdog: Watchdog,
  ) {}

  /**
   * Starts all chains on the state kept in `folder`, on the ports they had before when those are
   * free. Ends first what a devnet that was killed left running in this folder.
   */
  static async start(folder: string): Promise<ChainCluster> {
    mkdirSync(folder, { recursive: true });
    await endLeftovers(folder);
    const ports = await choosePorts(folder);
    const started = await Promise.allSettled(
      CHAIN_KEYS.map((key) =>
        AnvilProcess.start({ spec: CHAINS[key], port: ports[key], folder: join(folder, key) }),
      ),
    );
    const running = started.flatMap((result) =>
      result.status === 'fulfilled' ? [result.value] : [],
    );
    const failure = started.find((result) => result.status === 'rejected');
    const [hub, alpha, beta] = running;
    if (failure !== undefined || !hub || !alpha || !beta) {
      await Promise.all(running.map((chain) => chain.stop()));
      throw failure?.reason;
    }
    const chains = { hub, alpha, beta };
    recordProcesses(
      folder,
      running.map(({ pid, key }) => ({ pid, mark: stateFile(join(folder, key)) })),
    );
    return new ChainCluster(folder, chains, Watchdog.start(running.map(({ pid }) => pid)));
  }

  /** Deletes everything kept in `folder`; the cluster must not run. */
  static async reset(folder: string): Promise<void> {
    if (!existsSync(folder)) return;
    await endLeftovers(folder);
    rmSync(folder, { recursive: true, force: true });
  }

  get rpcUrls(): PerChain<string> {
    return forEachChain((key) => this.chains[key].rpcUrl);
  }

  /** Calls `listener` once a chain ends on its own. */
  onUnexpectedExit(listener: (reason: string) => void): void {
    for (const key of CHAIN_KEYS) this.chains[key].onUnexpectedExit(listener);
  }

  /** Calls `listener` when a chain that is not halted makes no block. */
  onMissedBlock(listener: (key: ChainKey, error: unknown) => void): void {
    for (const key of CHAIN_KEYS) {
      this.chains[key].onMissedBlock((error) => listener(key, error));
    }
  }

  async setHalted(key: ChainKey, isHalted: boolean): Promise<void> {
    if (isHalted) await this.chains[key].halt();
    else this.chains[key].resume();
  }

  /** Stops all chains, each of which writes its state first. */
  async stop(): Promise<void> {
    await this.watchdog.stop();
    await onEveryChain((key) => this.chains[key].stop());
    recordProcesses(this.folder, []);
  }
}

/** Ports of the last run where they are free, other free ones where they are not. */
async function choosePorts(folder: string): Promise<PerChain<number>> {
  const path = join(folder, 'ports.json');
  const before = existsSync(path) ? parsePorts(JSON.parse(readFileSync(path, 'utf8'))) : undefined;
  const ports = await onEveryChain((key) => freePort(before?.[key]));
  if (new Set(CHAIN_KEYS.map((key) => ports[key])).size < CHAIN_KEYS.length) {
    return choosePorts(folder);
  }
  writeFileSync(path, `${JSON.stringify(ports, null, 2)}\n`);
  return ports;
}

function parsePorts(content: unknown): PerChain<number> | undefined {
  if (content === null || typeof content !== 'object') return undefined;
  const entries = new Map(Object.entries(content));
  const ports = CHAIN_KEYS.map((key) => entries.get(key)).filter(
    (port) => typeof port === 'number',
  );
  const [hub, alpha, beta] = ports;
  return hub && alpha && beta ? { hub, alpha, beta } : undefined;
}
