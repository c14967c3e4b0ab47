import { emissionReceiverAbi, farmsAbi } from '#abi';
import { aChainDeployment } from '#chain/testing';
import type { ChainDeployment } from '#config';
import { DevChain } from '#farms/testing';
import {
  type Address,
  assert,
  type FarmId,
  type Hex,
  toAddress,
  toChainId,
  toFarmId,
} from '#kernel';

const PLENTY = 10n ** 30n;
const SHARED_UNIT = 10n ** 12n;
/** Stands in for the LayerZero endpoint, of which only constructors want something: its id. */
const ENDPOINT = toAddress(`0x${'e1'.repeat(20)}`);
/** Returns 50,121, the id of the hub, whatever it is asked. */
const ANSWERS_ITS_ID = '0x61c3c960005260206000f3';
const TREASURY = toAddress(`0x${'7e'.repeat(20)}`);
const FEE_SECONDS = 20;
/** The farm with locks, and with a stream of fees beside the emission. */
const TERMS_FARM = 2;
const TIERS = [{ term: 60, boostBps: 15_000, feeBps: 1_000 }];

export interface StakeFarm {
  readonly farmId: FarmId;
  readonly stakeToken: Address;
}

/**
 * Farms and emission receiver on a chain of their own; the owner takes the part of the controller
 * and hands orders over without a message.
 */
export class EmissionChain {
  private revision = 0;

  readonly chain: DevChain;
  private readonly identity: Pick<ChainDeployment, 'key' | 'finality'>;

  private constructor(
    at: { readonly chain: DevChain; readonly identity: EmissionChain['identity'] },
    private readonly contracts: {
      readonly rewardToken: Address;
      readonly farms: Address;
      readonly receiver: Address;
      readonly bridge: Address;
    },
    readonly stakeFarms: readonly StakeFarm[],
  ) {
    ({ chain: this.chain, identity: this.identity } = at);
  }

  static async start(options: {
    readonly users: readonly Address[];
    readonly farmCount: number;
    readonly chainId?: number;
    readonly key?: string;
    /** Blocks behind the head that count as final; without it the node's own tag. */
    readonly finalityDepth?: number;
  }): Promise<EmissionChain> {
    const { users, farmCount, chainId = 900_231, key = 'alpha', finalityDepth } = options;
    const chain = await DevChain.start({ chainId, users });
    const { owner } = chain;
    await chain.anvil.rpc('anvil_setCode', [ENDPOINT, ANSWERS_ITS_ID]);
    const rewardToken = await chain.deploy('DevOft', ['Reward', 'RWD', ENDPOINT, owner]);
    const farms = await chain.deploy('Farms', [rewardToken, TREASURY, FEE_SECONDS, owner, owner]);
    const config = {
      endpoint: ENDPOINT,
      rewardOft: rewardToken,
      rewardToken,
      hubEid: 50_121,
      farms,
      owner,
      guardian: owner,
      minStream: 5,
    };
    const receiver = await chain.deploy('EmissionReceiver', [config]);
    const bridge = await chain.deploy('PositionBridge', [ENDPOINT, farms, owner, owner, 300_000]);
    const ownerCall = { from: owner };
    const word = `0x${owner.slice(2).padStart(64, '0')}`;
    const wiring = [
      { contract: 'Farms', to: farms, name: 'setReceiver', args: [receiver] },
      { contract: 'Farms', to: farms, name: 'setBridge', args: [bridge] },
      { contract: 'EmissionReceiver', to: receiver, name: 'setController', args: [word] },
      { contract: 'DevOft', to: rewardToken, name: 'mint', args: [owner, PLENTY] },
    ];
    for (const call of wiring) await chain.send(chain.encode({ ...ownerCall, ...call }));
    await chain.anvil.mine();

    const stakeFarms: StakeFarm[] = [];
    for (let index = 1; index <= farmCount; index += 1) {
      const stakeToken = await chain.deploy('DevToken', ['Stake', 'STK', 18, owner]);
      for (const user of users) {
        const token = { contract: 'DevToken', to: stakeToken };
        const mint = { ...token, from: owner, name: 'mint', args: [user, PLENTY] };
        const approve = { ...token, from: user, name: 'approve', args: [farms, PLENTY] };
        for (const call of [mint, approve]) await chain.send(chain.encode(call));
      }
      const hasTerms = index === TERMS_FARM;
      const args = [{ farmId: index, stakeToken, scaleBits: 64, maxRate: 10n ** 18n, hasTerms }];
      const add = { contract: 'Farms', to: farms, from: owner, name: 'addFarm', args };
      await chain.send(chain.encode(add));
      if (hasTerms) {
        const farm = { contract: 'Farms', to: farms, from: owner };
        const terms = { ...farm, name: 'setTerms', args: [index, TIERS, []] };
        const stream = { ...farm, name: 'addStream', args: [index, stakeToken, owner, 10n ** 18n] };
        for (const call of [terms, stream]) await chain.send(chain.encode(call));
      }
      await chain.anvil.mine();
      stakeFarms.push({ farmId: toFarmId(index), stakeToken });
    }
    const finality: ChainDeployment['finality'] =
      finalityDepth === undefined ? { mode: 'tag' } : { mode: 'depth', depth: finalityDepth };
    const contracts = { rewardToken, farms, receiver, bridge };
    return new EmissionChain({ chain, identity: { key, finality } }, contracts, stakeFarms);
  }

  get rewardToken(): Address {
    return this.contracts.rewardToken;
  }

  /** As a deployment describes it. */
  deployment(): ChainDeployment {
    const base = aChainDeployment();
    return {
      ...base,
      ...this.identity,
      chainId: toChainId(this.chain.anvil.chainId),
      rpcUrls: [this.chain.anvil.url],
      contracts: { ...base.contracts, endpoint: ENDPOINT, ...this.contracts },
      farms: this.stakeFarms.map(({ farmId, stakeToken }) => ({
        farmId,
        stakeToken,
        label: `Farm ${farmId}`,
        stakeSymbol: 'STK',
        stakeDecimals: 18,
        movable: false,
        valuePerTokenMicro: 1_000_000n,
      })),
    };
  }

  /** Puts a call of the farms contract into the next block. */
  async farms(from: Address, name: string, args: readonly unknown[]): Promise<void> {
    const { chain, contracts } = this;
    await chain.send(chain.encode({ contract: 'Farms', to: contracts.farms, from, name, args }));
  }

  /** Funds the farms, in shared decimals each, over the time until `endAt`, in the next block. */
  async order(amountsSD: readonly bigint[], endAt: number): Promise<void> {
    const { chain, contracts } = this;
    const { owner: from } = chain;
    const amount = amountsSD.reduce((total, amountSD) => total + amountSD, 0n) * SHARED_UNIT;
    const pay = { contract: 'DevOft', to: contracts.rewardToken, from, name: 'transfer' };
    await chain.send(chain.encode({ ...pay, args: [contracts.receiver, amount] }));
    this.revision += 1;
    const epoch = this.revision;
    const args = [encodeOrder({ epoch, endAt, amountsSD }), amount];
    const apply = { contract: 'EmissionReceiver', to: contracts.receiver, from };
    await chain.send(chain.encode({ ...apply, name: 'applyLocal', args }));
  }

  /** Mints reward tokens, beside the bridge, in the next block. */
  async mintReward(amount: bigint): Promise<void> {
    const { chain, contracts } = this;
    const { owner: from } = chain;
    const mint = { contract: 'DevOft', to: contracts.rewardToken, from, name: 'mint' };
    await chain.send(chain.encode({ ...mint, args: [from, amount] }));
  }

  /** A block every second for `seconds`, with what was sent in the first of them. */
  async pass(seconds: number, ...sent: readonly Promise<void>[]): Promise<void> {
    await Promise.all(sent);
    let at = await this.chain.now();
    for (let second = 0; second < seconds; second += 1) await this.chain.mineAt((at += 1));
  }

  /** Wei a user could claim at the end of a block. */
  async earnedAt(farmId: FarmId, user: Address, block: number): Promise<bigint> {
    return this.chain.client().readContract({
      address: this.contracts.farms,
      abi: farmsAbi,
      functionName: 'earned',
      args: [farmId, user],
      blockNumber: BigInt(block),
    });
  }

  /** Wei the receiver holds that no stream has. */
  async unallocatedAt(block: number): Promise<bigint> {
    return this.chain.client().readContract({
      address: this.contracts.receiver,
      abi: emissionReceiverAbi,
      functionName: 'unallocated',
      blockNumber: BigInt(block),
    });
  }
}

/** Wire format of an order: version, epoch, revision 1, end, then farm id and amount of each farm. */
function encodeOrder(order: {
  readonly epoch: number;
  readonly endAt: number;
  readonly amountsSD: readonly bigint[];
}): Hex {
  const { epoch, endAt, amountsSD } = order;
  assert(amountsSD.length > 0, 'an order names farms');
  const entries = amountsSD.map((amountSD, index) => `${hex(index + 1, 4)}${hex(amountSD, 8)}`);
  return `0x01${hex(epoch, 4)}${hex(1, 4)}${hex(endAt, 5)}${entries.join('')}`;
}

function hex(value: bigint | number, bytes: number): string {
  return value.toString(16).padStart(bytes * 2, '0');
}
