import { type ContractFunctionName, type ContractFunctionReturnType, type Log } from 'viem';
import { farmsAbi } from '#abi';
import { type Address, defined, type FarmId, toAddress, toHex } from '#kernel';
import { decodeFarmEvent, farmEvents } from '../decode-farm-event.js';
import { type FarmsWiring } from '../domain/farm-book.js';
import { type FarmEvent } from '../domain/farm-event.js';
import { type Call, DevChain } from './dev-chain.js';

const PLENTY = 2n ** 128n;
const FEE_STREAM_SECONDS = 60;
const TREASURY = toAddress(`0x${'7e'.repeat(20)}`);

type Returned<Name extends ContractFunctionName<typeof farmsAbi, 'view'>> =
  ContractFunctionReturnType<typeof farmsAbi, 'view', Name>;

/** The farms contract alone on a chain, with an account in the place of the emission receiver. */
export class FarmsChain {
  readonly farms: Address;
  readonly receiver: Address;
  readonly rewardToken: Address;

  private constructor(
    private readonly chain: DevChain,
    at: {
      readonly farms: Address;
      readonly receiver: Address;
      readonly rewardToken: Address;
    },
  ) {
    ({ farms: this.farms, receiver: this.receiver, rewardToken: this.rewardToken } = at);
  }

  static async start(users: readonly Address[]): Promise<FarmsChain> {
    const chain = await DevChain.start({ chainId: 31_337, users });
    const { owner } = chain;
    const receiver = await chain.anvil.account(1);
    const rewardToken = await chain.deploy('DevToken', ['Reward', 'RWD', 18, owner]);
    const farms = await chain.deploy('Farms', [
      rewardToken,
      TREASURY,
      FEE_STREAM_SECONDS,
      owner,
      owner,
    ]);
    const token = { contract: 'DevToken', to: rewardToken };
    await chain.send(
      chain.encode({ ...token, from: owner, name: 'mint', args: [receiver, PLENTY] }),
    );
    const approve = { ...token, from: receiver, name: 'approve', args: [farms, PLENTY] };
    await chain.send(chain.encode(approve));
    const started = new FarmsChain(chain, { farms, receiver, rewardToken });
    await chain.send(started.farmsCall(owner, 'setReceiver', [receiver]));
    // No position moves here; the owner holds the place of the bridge.
    await chain.send(started.farmsCall(owner, 'setBridge', [owner]));
    await chain.anvil.mine();
    return started;
  }

  /** What the book of the twin needs to know; the owner stands in for the bridge. */
  get wiring(): FarmsWiring {
    return { rewardToken: this.rewardToken, receiver: this.receiver, bridge: this.owner };
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

  /** A new token that `users` hold and let the farms take; mines two blocks. */
  async token(users: readonly Address[]): Promise<Address> {
    const { chain, owner } = this;
    const to = await chain.deploy('DevToken', ['Stake', 'STK', 18, owner]);
    await this.endow(to, users);
    return to;
  }

  /** Gives `users` much of a token and lets the farms take it; mines a block. */
  async endow(to: Address, users: readonly Address[]): Promise<void> {
    const { chain, owner, farms } = this;
    const token = { contract: 'DevToken', to };
    for (const user of users) {
      await chain.send(chain.encode({ ...token, from: owner, name: 'mint', args: [user, PLENTY] }));
      const approve = { ...token, from: user, name: 'approve', args: [farms, PLENTY] };
      await chain.send(chain.encode(approve));
    }
    await chain.anvil.mine();
  }

  /** Mines what was sent at `at` and gives what the farms contract reported. */
  async mineAt(at: number): Promise<readonly FarmEvent[]> {
    await this.chain.mineAt(at);
    return this.eventsOf(await this.chain.client().getLogs({ address: this.farms }), at);
  }

  /** What the farms contract reported since it stands, as if it were at `at`. */
  async eventsSoFar(at: number): Promise<readonly FarmEvent[]> {
    const filter = { address: this.farms, fromBlock: 0n } as const;
    return this.eventsOf(await this.chain.client().getLogs(filter), at);
  }

  private eventsOf(logs: readonly Log[], at: number): readonly FarmEvent[] {
    return logs.flatMap((log) => {
      const topics = log.topics.map((topic) => toHex(topic));
      const content = { topics, data: toHex(log.data), blockTimestamp: at };
      if (farmEvents.sequenceOf(content) === undefined) return [];
      return [defined(decodeFarmEvent(content), 'farm event')];
    });
  }

  async farmOf(farmId: FarmId): Promise<Returned<'farmOf'>> {
    const args = [farmId] as const;
    return this.chain.client().readContract({ ...this.target(), functionName: 'farmOf', args });
  }

  async streamOf(farmId: FarmId, stream: number): Promise<Returned<'streamOf'>> {
    const args = [farmId, stream] as const;
    return this.chain.client().readContract({ ...this.target(), functionName: 'streamOf', args });
  }

  async positionOf(farmId: FarmId, user: Address): Promise<Returned<'positionOf'>> {
    const args = [farmId, user] as const;
    return this.chain.client().readContract({ ...this.target(), functionName: 'positionOf', args });
  }

  async wordOf(farmId: FarmId, stream: number, user: Address): Promise<bigint> {
    const args = [farmId, stream, user] as const;
    return this.chain.client().readContract({ ...this.target(), functionName: 'paidWordOf', args });
  }

  /** Wei `user` could claim of a stream at the time of the newest block. */
  async earned(farmId: FarmId, stream: number, user: Address): Promise<bigint> {
    const args = [farmId, stream, user] as const;
    return this.chain.client().readContract({ ...this.target(), functionName: 'earnedOf', args });
  }

  async booksOf(token: Address): Promise<Returned<'booksOf'>> {
    const args = [token] as const;
    return this.chain.client().readContract({ ...this.target(), functionName: 'booksOf', args });
  }

  async treasuryDue(token: Address): Promise<bigint> {
    const args = [token] as const;
    const call = { ...this.target(), functionName: 'treasuryDue', args } as const;
    return this.chain.client().readContract(call);
  }

  async unstreamed(farmId: FarmId): Promise<bigint> {
    const args = [farmId] as const;
    return this.chain.client().readContract({ ...this.target(), functionName: 'unstreamed', args });
  }

  async rateOf(farmId: FarmId, stream: number): Promise<bigint> {
    const args = [farmId, stream] as const;
    return this.chain.client().readContract({ ...this.target(), functionName: 'rateOf', args });
  }

  private target() {
    return { address: this.farms, abi: farmsAbi } as const;
  }
}
