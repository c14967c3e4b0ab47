import {
  type Abi,
  type ContractFunctionArgs,
  type ContractFunctionName,
  type ContractFunctionReturnType,
} from 'viem';
import {
  emissionControllerAbi,
  emissionReceiverAbi,
  farmsAbi,
  governorAbi,
  positionBridgeAbi,
  rewardTokenAbi,
} from '#abi';
import type { ChainClient, ChainNode } from '#chain';
import { type TokenBook } from '#farms';
import {
  type Address,
  defined,
  type Eid,
  type Epoch,
  type FarmId,
  type Hex,
  RetryableError,
  sumOf,
  toHex,
} from '#kernel';
import {
  type DecisionReading,
  type OrderReading,
  type ProposalReading,
} from './domain/compare-projections.js';
import { type ChainReadings, type Pair } from './domain/compare-rows.js';
import { type TokenReading } from './domain/compare-supply.js';
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

const TRANSFER_TOPIC: Hex = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';

/** A block that must still be on the chain of the node that is asked. */
export interface PinnedBlock {
  readonly number: number;
  readonly hash: Hex;
}

type Custody = Pick<ChainReadings, 'unallocated' | 'returnable' | 'escrows'>;

/** What the contract has of a position; `earned` in wei, by stream. */
export interface PositionReading {
  readonly numbers: Numbers;
  readonly principal: bigint;
  readonly earned: readonly bigint[];
}

/** Reads the contracts of a chain as of one block, named by its hash, from one node. */
export class PinnedChain {
  constructor(
    private readonly chain: ChainClient,
    private readonly node: ChainNode,
    private readonly block: PinnedBlock,
  ) {}

  /** Sums of the receiver and of the bridge, the latter of each token. */
  async custody(tokens: readonly Address[]): Promise<Custody> {
    const { receiver, bridge } = this.chain.deployment.contracts;
    const pots = { address: receiver, abi: emissionReceiverAbi, args: [] } as const;
    const escrow = {
      address: bridge,
      abi: positionBridgeAbi,
      functionName: 'escrowTotal',
    } as const;
    return {
      unallocated: await this.read({ ...pots, functionName: 'unallocated' }),
      returnable: await this.read({ ...pots, functionName: 'returnable' }),
      escrows: await inTurns(tokens, async (token) => ({
        token,
        total: await this.read({ ...escrow, args: [token] }),
      })),
    };
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

  /** Positions in the order asked for; each with a word and a reward for every stream. */
  async positions(
    pairs: readonly (Pair & { readonly streamCount: number })[],
  ): Promise<readonly PositionReading[]> {
    const { farms: address } = this.chain.deployment.contracts;
    const target = { address, abi: farmsAbi } as const;
    return inTurns(pairs, async ({ farmId, user, streamCount }) => {
      const call = { ...target, functionName: 'positionOf', args: [farmId, user] } as const;
      const indexes = Array.from({ length: streamCount }, (_, index) => index);
      const [position, words, earned] = await Promise.all([
        this.read(call),
        Promise.all(
          indexes.map(async (stream) => {
            const args = [farmId, stream, user] as const;
            return this.read({ ...target, functionName: 'paidWordOf', args });
          }),
        ),
        Promise.all(indexes.map(async (stream) => this.earned({ farmId, user }, stream))),
      ]);
      const { principal, weight, lockEnd, tier, tierBoostBps, feeBps } = position;
      const lock = { lockEnd, tier, tierBoostBps, feeBps };
      const numbers = numbersOfPosition({ principal, weight, lock, words }, streamCount);
      return { numbers, principal, earned };
    });
  }

  /** Wei a position could claim from a stream. */
  async earned({ farmId, user }: Pair, stream: number): Promise<bigint> {
    const { farms: address } = this.chain.deployment.contracts;
    const args = [farmId, stream, user] as const;
    return this.read({ address, abi: farmsAbi, functionName: 'earnedOf', args });
  }

  /** Principal of a position, in the stake token's smallest unit. */
  async principal({ farmId, user }: Pair): Promise<bigint> {
    const { farms: address } = this.chain.deployment.contracts;
    const call = { address, abi: farmsAbi, functionName: 'positionOf' } as const;
    return (await this.read({ ...call, args: [farmId, user] })).principal;
  }

  /** What the farms have of a token. */
  async token(token: Address): Promise<Omit<TokenBook, 'token'>> {
    const { farms: address } = this.chain.deployment.contracts;
    const target = { address, abi: farmsAbi, args: [token] } as const;
    const [funded, settled, dustX] = await this.read({ ...target, functionName: 'booksOf' });
    const treasuryDue = await this.read({ ...target, functionName: 'treasuryDue' });
    return { funded, settled, dustX, treasuryDue };
  }

  /** Reward tokens of this chain: for an existing token what the adapter locked counts apart. */
  async rewardToken(paths: readonly Eid[]): Promise<TokenReading> {
    const { rewardToken: address, rewardAdapter } = this.chain.deployment.contracts;
    const token = { address, abi: rewardTokenAbi } as const;
    const totalSupply = await this.read({ ...token, functionName: 'totalSupply', args: [] });
    if (rewardAdapter === undefined) return { totalSupply, adapter: null };
    const balance = { ...token, functionName: 'balanceOf', args: [rewardAdapter] } as const;
    const locked = await this.read(balance);
    const counters = await inTurns(paths, async (eid) =>
      this.read({
        address: rewardAdapter,
        abi: rewardTokenAbi,
        functionName: 'pathOf',
        args: [eid],
      }),
    );
    const sent = sumOf(counters.map(({ sentLD }) => sentLD));
    const received = sumOf(counters.map(({ receivedLD }) => receivedLD));
    return { totalSupply, adapter: { locked, sent, received } };
  }

  /** What the governor has of a proposal; `id` is decimal. */
  async proposal(id: string): Promise<ProposalReading> {
    const { governor } = this.chain.deployment.contracts;
    const target = { address: defined(governor, 'governor of the hub'), abi: governorAbi } as const;
    const args = [BigInt(id)] as const;
    const [against, votesFor, abstain] = await this.read({
      ...target,
      functionName: 'proposalVotes',
      args,
    });
    return {
      against,
      for: votesFor,
      abstain,
      state: await this.read({ ...target, functionName: 'state', args }),
      snapshotAt: await this.read({ ...target, functionName: 'proposalSnapshot', args }),
      deadlineAt: await this.read({ ...target, functionName: 'proposalDeadline', args }),
    };
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
