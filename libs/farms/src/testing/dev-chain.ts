import { readFileSync } from 'node:fs';
import {
  type Abi,
  createPublicClient,
  encodeDeployData,
  encodeFunctionData,
  http,
  numberToHex,
  type PublicClient,
} from 'viem';
import { Anvil } from '#chain/testing';
import { type Address, assert, type Hex, toAddress } from '#kernel';

const OUT = new URL('../../../../contracts/out/', import.meta.url);
const GAS = numberToHex(16_000_000);
const ETHER = 10n ** 18n;

interface Artifact {
  readonly abi: Abi;
  readonly bytecode: { readonly object: Hex };
}

/** A transaction to be sent. */
export interface Call {
  readonly from: Address;
  readonly to: Address;
  readonly data: Hex;
}

/** One call of a compiled contract. */
export interface ContractCall {
  readonly contract: string;
  readonly from: Address;
  readonly to: Address;
  readonly name: string;
  readonly args: readonly unknown[];
}

/** A local chain on which compiled contracts live and every block is mined at a time of choice. */
export class DevChain {
  private shared: PublicClient | undefined;

  private constructor(
    readonly anvil: Anvil,
    readonly owner: Address,
  ) {}

  /** Needs the compiled contracts. `users` have money for gas and need no key to act. */
  static async start(options: {
    readonly chainId: number;
    readonly users: readonly Address[];
  }): Promise<DevChain> {
    const anvil = await Anvil.start({ chainId: options.chainId });
    for (const user of options.users) {
      await anvil.rpc('anvil_setBalance', [user, numberToHex(1_000n * ETHER)]);
      await anvil.rpc('anvil_impersonateAccount', [user]);
    }
    return new DevChain(anvil, await anvil.account(0));
  }

  async stop(): Promise<void> {
    await this.anvil.stop();
  }

  /** Deploys from the owner and mines one block. */
  async deploy(name: string, args: readonly unknown[]): Promise<Address> {
    const { abi, bytecode } = artifact(name);
    const data = encodeDeployData({ abi, bytecode: bytecode.object, args });
    const call = { from: this.owner, data, gas: GAS };
    const hash = await this.anvil.rpc('eth_sendTransaction', [call]);
    await this.anvil.mine();
    const receipt = await this.anvil.rpc('eth_getTransactionReceipt', [hash]);
    assert(typeof receipt === 'object' && receipt !== null, `${name} was mined`);
    assert(Reflect.get(receipt, 'status') === '0x1', `${name} was deployed`);
    return toAddress(String(Reflect.get(receipt, 'contractAddress')));
  }

  encode({ contract, from, to, name, args }: ContractCall): Call {
    const data = encodeFunctionData({ abi: artifact(contract).abi, functionName: name, args });
    return { from, to, data };
  }

  /** Puts a transaction into the next block. */
  async send(call: Call): Promise<void> {
    await this.anvil.rpc('eth_sendTransaction', [{ ...call, gas: GAS }]);
  }

  /** Time of the newest block. */
  async now(): Promise<number> {
    const block = await this.anvil.rpc('eth_getBlockByNumber', ['latest', false]);
    assert(typeof block === 'object' && block !== null, 'latest block');
    return Number(Reflect.get(block, 'timestamp'));
  }

  /** Mines one block with what was sent. */
  async mineAt(at: number): Promise<void> {
    await this.anvil.rpc('evm_setNextBlockTimestamp', [at]);
    await this.anvil.mine();
  }

  /** Sends reads that are asked for together in one request. */
  client(): PublicClient {
    const transport = http(this.anvil.url, { batch: { batchSize: 200 } });
    this.shared ??= createPublicClient({ transport, cacheTime: 0 });
    return this.shared;
  }
}

function artifact(name: string): Artifact {
  const text = readFileSync(new URL(`${name}.sol/${name}.json`, OUT), 'utf8');
  const parsed: Artifact = JSON.parse(text);
  return parsed;
}
