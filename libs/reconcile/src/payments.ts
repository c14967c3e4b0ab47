import { encodeEventTopics } from 'viem';
import { farmsAbi } from '#abi';
import type { ChainClient, ChainNode } from '#chain';
import { EMISSION, type FarmEvent, farmEventsOf } from '#farms';
import { toHex } from '#kernel';
import { type Pair, rewardOwner } from './domain/compare-rows.js';

/** Blocks of one question for logs. */
const RANGE_BLOCKS = 10_000;

const PAID_TOPICS = (['Claimed', 'Exited', 'StreamClaimed'] as const).map((eventName) =>
  toHex(encodeEventTopics({ abi: farmsAbi, eventName })[0]),
);

/** One payment of rewards, as a log of the chain says. */
export interface Payment extends Pair {
  readonly stream: number;
  /** Wei. */
  readonly amount: bigint;
}

/** Every payment with a log above `afterBlock` and up to `toBlock`, as the node says. */
export async function paymentsOf(
  at: { readonly chain: ChainClient; readonly node: ChainNode },
  range: { readonly afterBlock: number; readonly toBlock: number },
): Promise<readonly Payment[]> {
  const filter = { addresses: [at.chain.deployment.contracts.farms], topics0: PAID_TOPICS };
  const payments: Payment[] = [];
  for (const part of ranges(range)) {
    const logs = await at.node.logs({ ...filter, ...part });
    payments.push(...farmEventsOf(logs).flatMap(paymentOf));
  }
  return payments;
}

/** Sums by owner of the reward account. */
export function sumPayments(payments: readonly Payment[]): ReadonlyMap<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const payment of payments) {
    const owner = rewardOwner(payment, payment.stream);
    sums.set(owner, (sums.get(owner) ?? 0n) + payment.amount);
  }
  return sums;
}

function* ranges(range: {
  readonly afterBlock: number;
  readonly toBlock: number;
}): Generator<{ readonly fromBlock: number; readonly toBlock: number }> {
  const { afterBlock, toBlock } = range;
  for (let fromBlock = afterBlock + 1; fromBlock <= toBlock; fromBlock += RANGE_BLOCKS) {
    yield { fromBlock, toBlock: Math.min(fromBlock + RANGE_BLOCKS - 1, toBlock) };
  }
}

/** What an event of the farms paid out as reward, and on which account; none for other events. */
export function paymentOf(event: FarmEvent): readonly Payment[] {
  switch (event.kind) {
    case 'claimed':
      return [{ user: event.user, farmId: event.farmId, stream: EMISSION, amount: event.amount }];
    case 'exited':
      return [{ user: event.user, farmId: event.farmId, stream: EMISSION, amount: event.paid }];
    case 'stream-claimed':
      return [
        { user: event.user, farmId: event.farmId, stream: event.stream, amount: event.amount },
      ];
    default:
      return [];
  }
}
