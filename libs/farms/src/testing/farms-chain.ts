import { readFileSync } from 'node:fs';
import {
  type Abi,
  type ContractFunctionReturnType,
  createPublicClient,
  encodeDeployData,
  encodeFunctionData,
  http,
  numberToHex,
} from 'viem';
import { farmsAbi } from '#abi';
import { Anvil } from '#chain/testing';
import { type Address, assert, defined, type FarmId, type Hex, toAddress, toHex } from '#kernel';
import { decodeFarmEvent, farmEvents } from '../decode-farm-event.js';
import { type FarmEvent } from '../domain/farm-event.js';

const OUT = new URL('../../../../contracts/out/', import.meta.url);
const GAS = numberToHex(5_000_000);
const PLENTY = 2n ** 128n;

interface Artifact {
  readonly abi: Abi;
  readonly bytecode: { readonly object: Hex };
}

function artifact(name: string): Artifact {
  const text = readFileSync(new URL(`${name}.sol/${name}.json`, OUT), 'utf8');
  const parsed: Artifact = JSON.parse(text);
  return parsed;
}

type StoredFarm = ContractFunctionReturnType<typeof farmsAbi, 'view', 'farmOf'>;
type StoredPosition = ContractFunctionReturnType<typeof farmsAbi, 'view', 'positionOf'>;

/** A transaction to be sent. */
interface Call {
  readonly from: Address;
  readonly to: Address;
  readonly data: Hex;
}

/** The farms contract on a chain of its own whose every block is mined at a time of choice. */
export class FarmsChain {
  readonly farms: Address;
  readonly owner: Address;
  readonly receiver: Address;

  private constructor(
    readonly anvil: Anvil,
    at: { readonly farms: Address; readonly owner: Address; readonly receiver: Address },
  ) {
    this.farms = at.farms;
    this.owner = at.owner;
    this.receiver = at.receiver;
  }

  /** Needs the compiled contracts. `users` are funded and can act. */
  static async start(users: readonly Address[]): Promise<FarmsChain> {
    const anvil = await Anvil.start({ chainId: 31_337 });
    const [owner, receiver] = [await anvil.account(0), await anvil.account(1)];
    for (const user of users) {
      await anvil.rpc('anvil_setBalance', [user, numberToHex(10n ** 21n)]);
      await anvil.rpc('anvil_impersonateAccount', [user]);
    }
    const rewardToken = await deploy(anvil, {
      from: owner,
      name: 'DevToken',
      args: ['Reward', 'RWD', 18, owner],
    });
    const farms = await deploy(anvil, { from: owner, name: 'Farms', args: [rewardToken, owner] });
    const chain = new FarmsChain(anvil, { farms, owner, receiver });
    await chain.send(chain.farmsCall(owner, 'setReceiver', [receiver]));
    await chain.send(
      chain.tokenCall(rewardToken, { from: owner, name: 'mint', args: [receiver, PLENTY] }),
    );
    await chain.send(
      chain.tokenCall(rewardToken, { from: receiver, name: 'approve', args: [farms, PLENTY] }),
    );
    await anvil.mine();
    return chain;
  }

  async stop(): Promise<void> {
    await this.anvil.stop();
  }

  /** A call of the farms contract by `from`, to be sent. */
  farmsCall(from: Address, name: string, args: readonly unknown[]): Call {
    const abi: Abi = farmsAbi;
    return { from, to: this.farms, data: encodeFunctionData({ abi, functionName: name, args }) };
  }

  /** A call of a token made by the kit. */
  tokenCall(
    token: Address,
    call: { readonly from: Address; readonly name: string; readonly args: readonly unknown[] },
  ): Call {
    const { abi } = artifact('DevToken');
    const data = encodeFunctionData({ abi, functionName: call.name, args: call.args });
    return { from: call.from, to: token, data };
  }

  /** A new stake token that `users` hold and let the farms take; mines one block. */
  async stakeToken(users: readonly Address[]): Promise<Address> {
    const { owner } = this;
    const args = ['Stake', 'STK', 18, owner];
    const token = await deploy(this.anvil, { from: owner, name: 'DevToken', args });
    for (const user of users) {
      const mint = { from: this.owner, name: 'mint', args: [user, PLENTY] };
      await this.send(this.tokenCall(token, mint));
      const approve = { from: user, name: 'approve', args: [this.farms, PLENTY] };
      await this.send(this.tokenCall(token, approve));
    }
    await this.anvil.mine();
    return token;
  }

  /** Puts a transaction into the next block. */
  async send(call: Call): Promise<void> {
    await this.anvil.rpc('eth_sendTransaction', [{ ...call, gas: GAS }]);
  }

  async now(): Promise<number> {
    const block = await this.anvil.rpc('eth_getBlockByNumber', ['latest', false]);
    assert(typeof block === 'object' && block !== null, 'latest block');
    return Number(Reflect.get(block, 'timestamp'));
  }

  /** Mines what was sent at `at` and gives what the farms contract reported. */
  async mineAt(at: number): Promise<readonly FarmEvent[]> {
    await this.anvil.rpc('evm_setNextBlockTimestamp', [at]);
    await this.anvil.mine();
    const logs = await this.client().getLogs({ address: this.farms });
    return logs.flatMap((log) => {
      const topics = log.topics.map((topic) => toHex(topic));
      const content = { topics, data: toHex(log.data), blockTimestamp: at };
      if (farmEvents.sequenceOf(content) === undefined) return [];
      return [defined(decodeFarmEvent(content), 'farm event')];
    });
  }

  async farmOf(farmId: FarmId): Promise<StoredFarm> {
    return this.client().readContract({ ...this.target(), functionName: 'farmOf', args: [farmId] });
  }

  async positionOf(farmId: FarmId, user: Address): Promise<StoredPosition> {
    const args = [farmId, user] as const;
    return this.client().readContract({ ...this.target(), functionName: 'positionOf', args });
  }

  /** Wei `user` could claim at the time of the newest block. */
  async earned(farmId: FarmId, user: Address): Promise<bigint> {
    const args = [farmId, user] as const;
    return this.client().readContract({ ...this.target(), functionName: 'earned', args });
  }

  async unstreamed(farmId: FarmId): Promise<bigint> {
    const args = [farmId] as const;
    return this.client().readContract({ ...this.target(), functionName: 'unstreamed', args });
  }

  private target() {
    return { address: this.farms, abi: farmsAbi } as const;
  }

  private client() {
    return createPublicClient({ transport: http(this.anvil.url), cacheTime: 0 });
  }
}

async function deploy(
  anvil: Anvil,
  contract: { readonly from: Address; readonly name: string; readonly args: readonly unknown[] },
): Promise<Address> {
  const { from, name, args } = contract;
  const { abi, bytecode } = artifact(name);
  const data = encodeDeployData({ abi, bytecode: bytecode.object, args });
  const hash = await anvil.rpc('eth_sendTransaction', [{ from, data, gas: GAS }]);
  await anvil.mine();
  const receipt = await anvil.rpc('eth_getTransactionReceipt', [hash]);
  assert(typeof receipt === 'object' && receipt !== null, `${name} was mined`);
  return toAddress(String(Reflect.get(receipt, 'contractAddress')));
}
