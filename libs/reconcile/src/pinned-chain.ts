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
import { EMISSION, type FarmEvent, farmEventsOf, type TokenBook } from '#farms';
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
import {
  type Numbers,
  numbersOfPosition,
  numbersOfStream,
  numbersOfTerms,
} from './domain/compare-states.js';

/** Calls that are under way together; a node answers them in a few batches. */
const CALLS_MAX = 400;
/** Blocks of one question for logs. */
const RANGE_BLOCKS = 10_000;

const PAID_TOPICS = (['Claimed', 'Exited', 'StreamClaimed'] as const).map((eventName) =>
  toHex(encodeEventTopics({ abi: farmsAbi, eventName })[0]),
);
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
    const farms = await inTurns(options.farmIds, async (farmId) => {
      const farm = await this.read({ ...target, functionName: 'farmOf', args: [farmId] });
      return { farmId, principal: farm.principal, streamCount: farm.streamCount };
    });
    const streamCounts = new Map(farms.map(({ farmId, streamCount }) => [farmId, streamCount]));
    const pairs = await inTurns(options.pairs, async ({ farmId, user }) => {
      const { principal } = await this.read({
        ...target,
        functionName: 'positionOf',
        args: [farmId, user],
      });
      const streams = Array.from({ length: streamCounts.get(farmId) ?? 1 }, (_, stream) => stream);
      const rewards = await inTurns(streams, async (stream) => {
        const args = [farmId, stream, user] as const;
        const earned = await this.read({ ...target, functionName: 'earnedOf', args });
        return { earned, claimed: claimed.get(`${user}:${farmId}:${stream}`) ?? 0n };
      });
      return { farmId, user, principal, rewards };
    });
    const tokens = await inTurns(options.tokens, async (token) => ({
      token,
      ...(await this.token(token)),
    }));
    const pots = { address: receiver, abi: emissionReceiverAbi, args: [] } as const;
    const unallocated = await this.read({ ...pots, functionName: 'unallocated' });
    const returnable = await this.read({ ...pots, functionName: 'returnable' });
    const escrows = await inTurns(options.tokens, async (token) => {
      const call = {
        address: bridge,
        abi: positionBridgeAbi,
        functionName: 'escrowTotal',
      } as const;
      return { token, total: await this.read({ ...call, args: [token] }) };
    });
    const sums = { unallocated, returnable, escrows };
    return { block: this.block.number, pairs, farms, tokens, ...sums };
  }

  /** A farm with its terms and all its streams. */
  async farm(farmId: FarmId): Promise<Numbers> {
    const { farms: address } = this.chain.deployment.contracts;
    const target = { address, abi: farmsAbi } as const;
    const farm = await this.read({ ...target, functionName: 'farmOf', args: [farmId] });
    const [tiers, steps] = await this.read({ ...target, functionName: 'termsOf', args: [farmId] });
    const own = {
      stakeToken: BigInt(farm.stakeToken),
      scaleBits: BigInt(farm.scaleBits),
      hasTerms: farm.hasTerms ? 1n : 0n,
      state: BigInt(farm.state),
      streamCount: BigInt(farm.streamCount),
      totalWeight: farm.totalWeight,
      principal: farm.principal,
      ...numbersOfTerms({ tiers, steps }),
    };
    const indexes = Array.from({ length: farm.streamCount }, (_, index) => index);
    const streams = await inTurns(indexes, async (index) => {
      const call = { ...target, functionName: 'streamOf', args: [farmId, index] } as const;
      const { token, funder, lastAt, endAt, ...words } = await this.read(call);
      const addresses = { token: BigInt(token), funder: BigInt(funder) };
      const times = { lastAt: BigInt(lastAt), endAt: BigInt(endAt) };
      return numbersOfStream(index, { ...words, ...addresses, ...times });
    });
    return Object.assign(own, ...streams);
  }

  /** Positions in the order asked for; each with a word for every stream of its farm. */
  async positions(
    pairs: readonly (Pair & { readonly streamCount: number })[],
  ): Promise<readonly Numbers[]> {
    const { farms: address } = this.chain.deployment.contracts;
    const target = { address, abi: farmsAbi } as const;
    return inTurns(pairs, async ({ farmId, user, streamCount }) => {
      const call = { ...target, functionName: 'positionOf', args: [farmId, user] } as const;
      const { principal, weight, lockEnd, tier, tierBoostBps, feeBps } = await this.read(call);
      const lock = { lockEnd, tier, tierBoostBps, feeBps };
      const indexes = Array.from({ length: streamCount }, (_, index) => index);
      const words = await inTurns(indexes, async (stream) => {
        const args = [farmId, stream, user] as const;
        return this.read({ ...target, functionName: 'paidWordOf', args });
      });
      return numbersOfPosition({ principal, weight, lock, words }, streamCount);
    });
  }

  /** What the farms have of a token. */
  async token(token: Address): Promise<Omit<TokenBook, 'token'>> {
    const { farms: address } = this.chain.deployment.contracts;
    const target = { address, abi: farmsAbi, args: [token] } as const;
    const [funded, settled, dustX] = await this.read({ ...target, functionName: 'booksOf' });
    const treasuryDue = await this.read({ ...target, functionName: 'treasuryDue' });
    return { funded, settled, dustX, treasuryDue };
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
  async credit(guid: Hex, token: Address): Promise<{ readonly state: number }> {
    const address = this.chain.deployment.contracts.bridge;
    const args = [guid, token] as const;
    return this.read({ address, abi: positionBridgeAbi, functionName: 'creditOf', args });
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

  /** Wei paid to each `user:farm:stream` up to the block, as the logs of the node say. */
  private async claimed(): Promise<ReadonlyMap<string, bigint>> {
    const sums = new Map<string, bigint>();
    const filter = { addresses: [this.chain.deployment.contracts.farms], topics0: PAID_TOPICS };
    for (const range of this.ranges()) {
      const logs = await this.node.logs({ ...filter, ...range });
      for (const event of farmEventsOf(logs)) {
        const paid = paymentOf(event);
        if (paid === undefined) continue;
        sums.set(paid.key, (sums.get(paid.key) ?? 0n) + paid.amount);
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

/** What an event of the farms paid out as reward, and on which account. */
function paymentOf(
  event: FarmEvent,
): { readonly key: string; readonly amount: bigint } | undefined {
  switch (event.kind) {
    case 'claimed':
      return { key: `${event.user}:${event.farmId}:${EMISSION}`, amount: event.amount };
    case 'exited':
      return { key: `${event.user}:${event.farmId}:${EMISSION}`, amount: event.paid };
    case 'stream-claimed':
      return { key: `${event.user}:${event.farmId}:${event.stream}`, amount: event.amount };
    default:
      return undefined;
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
