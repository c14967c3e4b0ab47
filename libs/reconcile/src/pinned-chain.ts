import {
  type Abi,
  type ContractFunctionArgs,
  type ContractFunctionName,
  type ContractFunctionReturnType,
  encodeEventTopics,
} from 'viem';
import {
  emissionControllerAbi,
  emissionReceiverAbi,
  farmsAbi,
  positionBridgeAbi,
  rewardTokenAbi,
} from '#abi';
import type { ChainClient, ChainNode } from '#chain';
import { farmEventsOf } from '#farms';
import {
  type Address,
  defined,
  type Epoch,
  type FarmId,
  type Hex,
  RetryableError,
  sumOf,
  toHex,
} from '#kernel';
import { type BoundaryReadings, type Pair } from './domain/compare-rows.js';
import { type DecisionReading, type OrderReading } from './domain/compare-projections.js';
import { type FarmNumbers, type PositionNumbers } from './domain/compare-states.js';

/** Calls that are under way together; a node answers them in a few batches. */
const CALLS_MAX = 400;
/** Blocks of one question for logs. */
const RANGE_BLOCKS = 10_000;

const CLAIMED_TOPIC = toHex(encodeEventTopics({ abi: farmsAbi, eventName: 'Claimed' })[0]);
const TRANSFER_TOPIC: Hex = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';

/** A block that must still be on the chain of the node that is asked. */
export interface PinnedBlock {
  readonly number: number;
  readonly hash: Hex;
}

/** Reads the contracts of a chain as of one block, named by its hash, from one node. */
export class PinnedChain {
  constructor(
    private readonly chain: ChainClient,
    private readonly node: ChainNode,
    private readonly block: PinnedBlock,
  ) {}

  async boundary(options: {
    readonly pairs: readonly Pair[];
    readonly farmIds: readonly FarmId[];
    readonly tokens: readonly Address[];
  }): Promise<BoundaryReadings> {
    const { farms: address, receiver, bridge } = this.chain.deployment.contracts;
    const claimed = await this.claimed();
    const target = { address, abi: farmsAbi } as const;
    const pairs = await inTurns(options.pairs, async ({ farmId, user }) => {
      const [earned, position] = await Promise.all([
        this.read({ ...target, functionName: 'earned', args: [farmId, user] }),
        this.read({ ...target, functionName: 'positionOf', args: [farmId, user] }),
      ]);
      const paid = claimed.get(`${user}:${farmId}`) ?? 0n;
      return { farmId, user, earned, claimed: paid, weight: position.weight };
    });
    const farms = await inTurns(options.farmIds, async (farmId) => {
      const farm = await this.read({ ...target, functionName: 'farmOf', args: [farmId] });
      return { farmId, funded: farm.funded, totalWeight: farm.totalWeight };
    });
    const unallocated = await this.read({
      address: receiver,
      abi: emissionReceiverAbi,
      functionName: 'unallocated',
      args: [],
    });
    const escrows = await inTurns(options.tokens, async (token) => {
      const call = {
        address: bridge,
        abi: positionBridgeAbi,
        functionName: 'escrowTotal',
      } as const;
      return { token, total: await this.read({ ...call, args: [token] }) };
    });
    return { block: this.block.number, pairs, farms, unallocated, escrows };
  }

  async farm(farmId: FarmId): Promise<FarmNumbers> {
    const { farms: address } = this.chain.deployment.contracts;
    const call = { address, abi: farmsAbi, functionName: 'farmOf' } as const;
    const { stakeToken, scaleBits, minWeightBits, state, lastAt, endAt, ...farm } = await this.read(
      { ...call, args: [farmId] },
    );
    return {
      ...farm,
      stakeToken: BigInt(stakeToken),
      scaleBits: BigInt(scaleBits),
      minWeightBits: BigInt(minWeightBits),
      status: BigInt(state),
      lastAt: BigInt(lastAt),
      endAt: BigInt(endAt),
    };
  }

  /** Positions in the order asked for. */
  async positions(pairs: readonly Pair[]): Promise<readonly PositionNumbers[]> {
    const { farms: address } = this.chain.deployment.contracts;
    const call = { address, abi: farmsAbi, functionName: 'positionOf' } as const;
    return inTurns(pairs, async ({ farmId, user }) => this.read({ ...call, args: [farmId, user] }));
  }

  async totalSupply(): Promise<bigint> {
    const address = this.chain.deployment.contracts.rewardToken;
    return this.read({ address, abi: rewardTokenAbi, functionName: 'totalSupply', args: [] });
  }

  /** What the receiver has of an epoch. */
  async order(order: {
    readonly epoch: Epoch;
    readonly farmIds: readonly FarmId[];
  }): Promise<OrderReading> {
    const { epoch, farmIds } = order;
    const address = this.chain.deployment.contracts.receiver;
    const target = { address, abi: emissionReceiverAbi } as const;
    const given = await inTurns(farmIds, async (farmId) =>
      this.read({ ...target, functionName: 'givenOf', args: [epoch, farmId] }),
    );
    return {
      given: sumOf(given),
      pot: await this.read({ ...target, functionName: 'potOf', args: [epoch] }),
      revision: await this.read({ ...target, functionName: 'revisionOf', args: [epoch] }),
    };
  }

  /** What the controller of the hub has of an epoch. */
  async decision(epoch: Epoch): Promise<DecisionReading> {
    const { controller } = this.chain.deployment.contracts;
    const address = defined(controller, 'controller of the hub');
    const target = { address, abi: emissionControllerAbi } as const;
    return {
      revision: await this.read({ ...target, functionName: 'revisionOf', args: [epoch] }),
      budgetSD: await this.read({ ...target, functionName: 'budgetOf', args: [epoch] }),
      evidenceHash: toHex(
        await this.read({ ...target, functionName: 'evidenceOf', args: [epoch] }),
      ),
    };
  }

  /** What the bridge has of a position that was moved here. */
  async credit(guid: Hex): Promise<{ readonly state: number }> {
    const address = this.chain.deployment.contracts.bridge;
    return this.read({ address, abi: positionBridgeAbi, functionName: 'creditOf', args: [guid] });
  }

  /** Wei the first mint of the reward token made; undefined when no log shows one. */
  async firstMint(): Promise<bigint | undefined> {
    const address = this.chain.deployment.contracts.rewardToken;
    const nobody: Hex = `0x${'0'.repeat(64)}`;
    for (const { fromBlock, toBlock } of this.ranges()) {
      const logs = await this.ask(() =>
        this.node.client.request({
          method: 'eth_getLogs',
          params: [
            {
              address,
              topics: [TRANSFER_TOPIC, nobody],
              fromBlock: `0x${fromBlock.toString(16)}`,
              toBlock: `0x${toBlock.toString(16)}`,
            },
          ],
        }),
      );
      const [first] = logs;
      if (first !== undefined) return BigInt(first.data);
    }
    return undefined;
  }

  /** Wei paid to each `user:farm` up to the block, as the logs of the node say. */
  private async claimed(): Promise<ReadonlyMap<string, bigint>> {
    const sums = new Map<string, bigint>();
    const filter = { addresses: [this.chain.deployment.contracts.farms], topics0: [CLAIMED_TOPIC] };
    for (const range of this.ranges()) {
      const logs = await this.node.logs({ ...filter, ...range });
      for (const event of farmEventsOf(logs)) {
        if (event.kind !== 'claimed') continue;
        const key = `${event.user}:${event.farmId}`;
        sums.set(key, (sums.get(key) ?? 0n) + event.amount);
      }
    }
    return sums;
  }

  private *ranges(): Generator<{ readonly fromBlock: number; readonly toBlock: number }> {
    const { startBlock } = this.chain.deployment;
    for (let fromBlock = startBlock; fromBlock <= this.block.number; fromBlock += RANGE_BLOCKS) {
      yield { fromBlock, toBlock: Math.min(fromBlock + RANGE_BLOCKS - 1, this.block.number) };
    }
  }

  private async read<
    const Contract extends Abi,
    Name extends ContractFunctionName<Contract, 'pure' | 'view'>,
    const Args extends ContractFunctionArgs<Contract, 'pure' | 'view', Name>,
  >(call: {
    readonly address: Address;
    readonly abi: Contract;
    readonly functionName: Name;
    readonly args: Args;
  }): Promise<ContractFunctionReturnType<Contract, 'pure' | 'view', Name, Args>> {
    const pin = { blockHash: this.block.hash, requireCanonical: true } as const;
    return this.ask(async () => this.node.client.readContract({ ...call, ...pin }));
  }

  /** A node that cannot answer is a reason to ask another one, or later. */
  private async ask<Answer>(question: () => Promise<Answer>): Promise<Answer> {
    try {
      return await question();
    } catch (error) {
      const where = `block ${this.block.number} of chain ${this.chain.key}`;
      throw new RetryableError(`contracts could not be read at ${where}`, { cause: error });
    }
  }
}

/** Works on all items in order, so many at a time. */
export async function inTurns<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (let start = 0; start < items.length; start += CALLS_MAX) {
    results.push(...(await Promise.all(items.slice(start, start + CALLS_MAX).map(work))));
  }
  return results;
}
