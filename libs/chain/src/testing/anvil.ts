import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { assert, type Address, defined, type Hex, toAddress, toHex } from '#kernel';
import { numberToHex } from 'viem';

/** Private keys of anvil's first two unlocked, funded accounts: public knowledge, worth nothing. */
export const ANVIL_KEYS = [
  '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
  '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d',
] as const;

/** Emits one log: topics from the first two words of the call data, data from the rest. */
const EMITTER_CODE = '604036036040600037602035600035604036036000a200';

/** Reverts with its call data. */
const REVERTER_CODE = '366000600037366000fd';

export interface AnvilOptions {
  readonly chainId: number;
  /** Further command line arguments, such as `--block-time 1`. */
  readonly args?: readonly string[];
}

/** A local chain for one test; it mines a block only when told to, unless `args` say otherwise. */
export class Anvil {
  private constructor(
    readonly url: string,
    readonly chainId: number,
    private readonly child: ChildProcess,
  ) {}

  /** Starts a chain on a free port. Finalized is four blocks behind the head. */
  static async start(options: AnvilOptions): Promise<Anvil> {
    const { chainId, args = ['--no-mining'] } = options;
    const hardfork = args.includes('--hardfork') ? [] : ['--hardfork', 'cancun'];
    const fixed = [...hardfork, '--slots-in-an-epoch', '2', '--order', 'fifo'];
    const child = spawn(
      binary(),
      ['--port', '0', '--chain-id', String(chainId), ...fixed, ...args],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    for await (const line of createInterface({ input: child.stdout })) {
      const address = /^Listening on (\S+)/.exec(line)?.[1];
      if (address === undefined) continue;
      child.stdout.resume();
      return new Anvil(`http://${address}`, chainId, child);
    }
    throw new Error('anvil ended before it listened');
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
  }

  /** Calls any method of the node. */
  async rpc(method: string, params: readonly unknown[] = []): Promise<unknown> {
    const response = await fetch(this.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    const answer: { result?: unknown; error?: { message: string } } = JSON.parse(
      await response.text(),
    );
    if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`);
    return answer.result;
  }

  async mine(count = 1): Promise<void> {
    await this.rpc('anvil_mine', [numberToHex(count)]);
  }

  /** Replaces the newest `depth` blocks by as many empty ones with other hashes. */
  async reorg(depth: number): Promise<void> {
    await this.rpc('anvil_reorg', [depth, []]);
  }

  /** Takes the newest `depth` blocks away, as a node that fell behind would show it. */
  async rollback(depth: number): Promise<void> {
    await this.rpc('anvil_rollback', [depth]);
  }

  async blockNumber(): Promise<number> {
    return Number(await this.rpc('eth_blockNumber'));
  }

  async account(index = 0): Promise<Address> {
    const accounts = await this.rpc('eth_accounts');
    assert(Array.isArray(accounts), 'anvil lists its accounts');
    return toAddress(String(accounts[index]));
  }

  /** Sends a call from the first account; without mining it waits for the next `mine`. */
  async send(to: Address, data: Hex): Promise<Hex> {
    const call = { from: await this.account(), to, data, gas: numberToHex(1_000_000) };
    return toHex(String(await this.rpc('eth_sendTransaction', [call])));
  }

  /** Deploys a contract that emits what `emitCall` encodes; mines one block. */
  deployEmitter(): Promise<Address> {
    return this.deploy(EMITTER_CODE);
  }

  /** Deploys a contract that reverts with its call data; mines one block. */
  deployReverter(): Promise<Address> {
    return this.deploy(REVERTER_CODE);
  }

  /** Deploys hand-written runtime code, hex without prefix; mines one block. */
  async deploy(runtime: string): Promise<Address> {
    const size = (runtime.length / 2).toString(16).padStart(2, '0');
    const data = `0x60${size}80600b6000396000f3${runtime}`;
    const call = { from: await this.account(), data, gas: numberToHex(1_000_000) };
    const hash = await this.rpc('eth_sendTransaction', [call]);
    await this.mine();
    const receipt = await this.rpc('eth_getTransactionReceipt', [hash]);
    assert(typeof receipt === 'object' && receipt !== null, 'deployment was mined');
    return toAddress(String(defined(Reflect.get(receipt, 'contractAddress'), 'contract address')));
  }
}

/** A local chain that mines every transaction at once; `extraArgs` are anvil's own. */
export function startAnvil(
  options: { readonly chainId?: number; readonly extraArgs?: readonly string[] } = {},
): Promise<Anvil> {
  return Anvil.start({ chainId: options.chainId ?? 31_337, args: options.extraArgs ?? [] });
}

/** Call data that makes an emitter emit `topic0`, `topic1` and the words of `data`. */
export function emitCall(topic0: Hex, topic1: bigint, data: readonly bigint[]): Hex {
  const words = [topic1, ...data].map((word) => word.toString(16).padStart(64, '0'));
  return `${topic0}${words.join('')}`;
}

function binary(): string {
  const require = createRequire(import.meta.url);
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const packageName = `@foundry-rs/anvil-${process.platform}-${architecture}`;
  try {
    return join(dirname(require.resolve(`${packageName}/package.json`)), 'bin', 'anvil');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') {
      return 'anvil';
    }
    throw error;
  }
}
