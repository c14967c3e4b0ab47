import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { defined } from '#kernel';
import { ROLES } from '../accounts.js';
import { sleep, waitFor, WaitTimeout } from '../sleep.js';
import { type ChainKey, type ChainSpec, SLOTS_PER_EPOCH } from '../topology.js';
import { anvilBinary, AnvilMissing } from './anvil-binary.js';
import { BlockTicker } from './block-ticker.js';
import { callRpc, RpcError } from './json-rpc.js';

const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 60_000;
/**
 * The newest blocks, whose state can be read, also after a restart. A chain writes each of these
 * states out in full when it stops, close to a megabyte each.
 */
const STATES_KEPT = 300;

export interface AnvilOptions {
  readonly spec: ChainSpec;
  readonly port: number;
  /** Where the chain keeps its state. */
  readonly folder: string;
}

/** One local chain: an anvil process that keeps its state in a folder of its own. */
export class AnvilProcess {
  readonly rpcUrl: string;
  #isHalted = false;
  #isStopping = false;
  #ticker: BlockTicker | undefined;
  #onFailure: ((error: unknown) => void) | undefined;

  private constructor(
    private readonly child: ChildProcess,
    private readonly options: AnvilOptions,
  ) {
    this.rpcUrl = `http://127.0.0.1:${options.port}`;
  }

  /**
   * Starts the chain and waits until it answers.
   *
   * @throws {AnvilMissing} when there is no anvil on this machine.
   */
  static async start(options: AnvilOptions): Promise<AnvilProcess> {
    const { folder } = options;
    mkdirSync(folder, { recursive: true });
    rmSync(cacheFolderOf(folder), { recursive: true, force: true });
    const log = openSync(join(folder, 'anvil.log'), 'a');
    // A group of its own: Ctrl-C must reach the devnet alone, which then stops chains in order.
    const child = spawn(anvilBinary(), argumentsOf(options), {
      stdio: ['ignore', log, log],
      detached: true,
    });
    closeSync(log);
    await spawned(child);
    const chain = new AnvilProcess(child, options);
    await chain.waitUntilUp();
    chain.#ticker = chain.startTicker();
    return chain;
  }

  get key(): ChainKey {
    return this.options.spec.key;
  }

  get pid(): number {
    return defined(this.child.pid, 'pid of anvil');
  }

  get isHalted(): boolean {
    return this.#isHalted;
  }

  /** Calls `listener` when the chain ends without having been asked to. */
  onUnexpectedExit(listener: (reason: string) => void): void {
    this.child.once('exit', (code, signal) => {
      if (!this.#isStopping) listener(`anvil of ${this.key} ended (${signal ?? code})`);
    });
  }

  /** Calls `listener` when a block that was due could not be made. */
  onMissedBlock(listener: (error: unknown) => void): void {
    this.#onFailure = listener;
  }

  /** Freezes the chain: it takes connections and answers nothing, as a node that hangs does. */
  async halt(): Promise<void> {
    if (this.#isHalted) return;
    this.#isHalted = true;
    await this.#ticker?.stop();
    this.child.kill('SIGSTOP');
  }

  /** Undoes `halt`. */
  resume(): void {
    if (!this.#isHalted) return;
    this.#isHalted = false;
    this.child.kill('SIGCONT');
    this.#ticker = this.startTicker();
  }

  /** Ends the process after it has written its state; kills it when that takes too long. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#ticker?.stop();
    this.child.kill('SIGTERM');
    // A halted process sees the signal only once it runs again.
    this.child.kill('SIGCONT');
    const hasEnded = await this.waitForExit(STOP_TIMEOUT_MS);
    if (!hasEnded) {
      this.child.kill('SIGKILL');
      await this.waitForExit(STOP_TIMEOUT_MS);
    }
    rmSync(cacheFolderOf(this.options.folder), { recursive: true, force: true });
  }

  private startTicker(): BlockTicker {
    return BlockTicker.start(this.rpcUrl, (error) => this.#onFailure?.(error));
  }

  private get hasExited(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  private async waitForExit(timeoutMs: number): Promise<boolean> {
    const deadline = performance.now() + timeoutMs;
    while (!this.hasExited && performance.now() < deadline) await sleep(10);
    return this.hasExited;
  }

  private async waitUntilUp(): Promise<void> {
    try {
      await waitFor({
        what: `start of the chain ${this.key}`,
        probe: () => this.probe(),
        timeoutMs: START_TIMEOUT_MS,
        intervalMs: 20,
      });
    } catch (error) {
      if (error instanceof WaitTimeout) await this.stop();
      throw error;
    }
  }

  private async probe(): Promise<true | undefined> {
    if (this.hasExited) {
      throw new Error(`anvil of ${this.key} ended at once; see anvil.log, or start with --reset`);
    }
    try {
      const id = await callRpc({ url: this.rpcUrl, method: 'eth_chainId', timeoutMs: 1_000 });
      return Number(id) === this.options.spec.chainId ? true : undefined;
    } catch (error) {
      // Not up yet: the connection is refused or the answer is late.
      if (error instanceof TypeError || error instanceof DOMException) return undefined;
      if (error instanceof RpcError) return undefined;
      throw error;
    }
  }
}

/** File a chain keeps its state in. Also tells our own processes from those of others. */
export function stateFile(folder: string): string {
  return join(folder, 'state.json');
}

/** States a chain moves out of memory; of no use after it has stopped. */
function cacheFolderOf(folder: string): string {
  return join(folder, 'cache');
}

function argumentsOf({ spec, port, folder }: AnvilOptions): readonly string[] {
  const values = {
    host: '127.0.0.1',
    port: String(port),
    'chain-id': String(spec.chainId),
    'slots-in-an-epoch': String(SLOTS_PER_EPOCH),
    hardfork: 'cancun',
    accounts: String(ROLES.length),
    state: stateFile(folder),
    'prune-history': String(STATES_KEPT),
    'cache-path': cacheFolderOf(folder),
  };
  return [
    ...Object.entries(values).flatMap(([name, value]) => [`--${name}`, value]),
    // Old blocks must stay readable after a restart: facts are pinned to finalized blocks.
    '--preserve-historical-states',
    '--no-cors',
    '--quiet',
  ];
}

function spawned(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', () => resolve());
    child.once('error', (error) => {
      const isMissing = 'code' in error && error.code === 'ENOENT';
      reject(isMissing ? new AnvilMissing({ cause: error }) : error);
    });
  });
}
