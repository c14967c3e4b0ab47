import { DomainError } from '#kernel';
import type { DevChain } from './dev-chain.js';

/** More blocks were to be taken back than there are after the first. */
export class ReorgTooDeep extends DomainError {
  override readonly code = 'devnet.reorg-too-deep';
}

/** What taking blocks back did. */
export interface Reorg {
  readonly head: number;
  /** Oldest block that was replaced. */
  readonly firstReplaced: number;
  /** Transactions that are in no block any more. */
  readonly droppedTransactions: number;
}

/**
 * Replaces the newest `depth` blocks by as many others. Their transactions are dropped, or all put
 * into the last of the new blocks.
 *
 * @throws {ReorgTooDeep} when the chain is not long enough.
 */
export async function reorganise(options: {
  readonly chain: DevChain;
  readonly depth: number;
  readonly keepTransactions: boolean;
}): Promise<Reorg> {
  const { chain, depth, keepTransactions } = options;
  const head = Number(await chain.client.getBlockNumber());
  if (depth >= head) {
    throw new ReorgTooDeep(`${chain.spec.key} has ${head} blocks, ${depth} cannot be replaced`);
  }
  const firstReplaced = head - depth + 1;
  const hashes = await transactionsFrom(chain, firstReplaced, head);
  const kept = keepTransactions
    ? await Promise.all(hashes.map((hash) => chain.rpc('eth_getRawTransactionByHash', hash)))
    : [];
  await chain.rpc(
    'anvil_reorg',
    depth,
    kept.map((raw) => [raw, depth - 1]),
  );
  // The clock of the chain went back to the last block that stands; it must not stay behind.
  await chain.rpc('evm_setTime', Date.now());
  chain.forgetNonces();
  return {
    head: Number(await chain.client.getBlockNumber()),
    firstReplaced,
    droppedTransactions: hashes.length - kept.length,
  };
}

async function transactionsFrom(
  chain: DevChain,
  firstBlock: number,
  lastBlock: number,
): Promise<readonly string[]> {
  const hashes: string[] = [];
  for (let block = firstBlock; block <= lastBlock; block += 1) {
    const { transactions } = await chain.client.getBlock({ blockNumber: BigInt(block) });
    hashes.push(...transactions);
  }
  return hashes;
}
