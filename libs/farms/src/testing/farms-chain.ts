import { type ContractFunctionReturnType } from 'viem';
import { farmsAbi } from '#abi';
import { type Address, defined, type FarmId, toHex } from '#kernel';
import { decodeFarmEvent, farmEvents } from '../decode-farm-event.js';
import { type FarmEvent } from '../domain/farm-event.js';
import { type Call, DevChain } from './dev-chain.js';

const PLENTY = 2n ** 128n;

type StoredFarm = ContractFunctionReturnType<typeof farmsAbi, 'view', 'farmOf'>;
type StoredPosition = ContractFunctionReturnType<typeof farmsAbi, 'view', 'positionOf'>;

/** The farms contract alone on a chain, with an account in the place of the emission receiver. */
export class FarmsChain {
  private constructor(
    private readonly chain: DevChain,
    readonly farms: Address,
    readonly receiver: Address,
  ) {}

  static async start(users: readonly Address[]): Promise<FarmsChain> {
    const chain = await DevChain.start({ chainId: 31_337, users });
    const { owner } = chain;
    const receiver = await chain.anvil.account(1);
    const rewardToken = await chain.deploy('DevToken', ['Reward', 'RWD', 18, owner]);
    const farms = await chain.deploy('Farms', [rewardToken, owner]);
    const token = { contract: 'DevToken', to: rewardToken };
    await chain.send(
      chain.encode({ ...token, from: owner, name: 'mint', args: [receiver, PLENTY] }),
    );
    const approve = { ...token, from: receiver, name: 'approve', args: [farms, PLENTY] };
    await chain.send(chain.encode(approve));
    const started = new FarmsChain(chain, farms, receiver);
    await chain.send(started.farmsCall(owner, 'setReceiver', [receiver]));
    // No position moves here; the owner holds the place of the bridge.
    await chain.send(started.farmsCall(owner, 'setBridge', [owner]));
    await chain.anvil.mine();
    return started;
  }

  get owner(): Address {
    return this.chain.owner;
  }

  async stop(): Promise<void> {
    await this.chain.stop();
  }

  async now(): Promise<number> {
    return this.chain.now();
  }

  async send(call: Call): Promise<void> {
    await this.chain.send(call);
  }

  /** A call of the farms contract by `from`, to be sent. */
  farmsCall(from: Address, name: string, args: readonly unknown[]): Call {
    return this.chain.encode({ contract: 'Farms', from, to: this.farms, name, args });
  }

  /** A new stake token that `users` hold and let the farms take; mines two blocks. */
  async stakeToken(users: readonly Address[]): Promise<Address> {
    const { chain, owner, farms } = this;
    const to = await chain.deploy('DevToken', ['Stake', 'STK', 18, owner]);
    const token = { contract: 'DevToken', to };
    for (const user of users) {
      await chain.send(chain.encode({ ...token, from: owner, name: 'mint', args: [user, PLENTY] }));
      const approve = { ...token, from: user, name: 'approve', args: [farms, PLENTY] };
      await chain.send(chain.encode(approve));
    }
    await chain.anvil.mine();
    return to;
  }

  /** Mines what was sent at `at` and gives what the farms contract reported. */
  async mineAt(at: number): Promise<readonly FarmEvent[]> {
    await this.chain.mineAt(at);
    const logs = await this.chain.client().getLogs({ address: this.farms });
    return logs.flatMap((log) => {
      const topics = log.topics.map((topic) => toHex(topic));
      const content = { topics, data: toHex(log.data), blockTimestamp: at };
      if (farmEvents.sequenceOf(content) === undefined) return [];
      return [defined(decodeFarmEvent(content), 'farm event')];
    });
  }

  async farmOf(farmId: FarmId): Promise<StoredFarm> {
    const args = [farmId] as const;
    return this.chain.client().readContract({ ...this.target(), functionName: 'farmOf', args });
  }

  async positionOf(farmId: FarmId, user: Address): Promise<StoredPosition> {
    const args = [farmId, user] as const;
    return this.chain.client().readContract({ ...this.target(), functionName: 'positionOf', args });
  }

  /** Wei `user` could claim at the time of the newest block. */
  async earned(farmId: FarmId, user: Address): Promise<bigint> {
    const args = [farmId, user] as const;
    return this.chain.client().readContract({ ...this.target(), functionName: 'earned', args });
  }

  async unstreamed(farmId: FarmId): Promise<bigint> {
    const args = [farmId] as const;
    return this.chain.client().readContract({ ...this.target(), functionName: 'unstreamed', args });
  }

  private target() {
    return { address: this.farms, abi: farmsAbi } as const;
  }
}
