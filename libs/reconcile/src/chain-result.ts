import type { ChainClient } from '#chain';
import { type ChainId, type Hex, sumOf } from '#kernel';
import { type Comparison } from './chain-comparer.js';
import { type ChainSupply } from './domain/compare-supply.js';
import { absolute, type Difference } from './domain/difference.js';
import { type NotCompared } from './domain/outcome.js';
import { type Selection } from './domain/selection.js';
import { type StoredRows } from './row-reader.service.js';
import { type ClaimedTotal, type VerifiedBlock } from './storage/verified-store.js';

/** One chain: its rows as of the posted block, and the contracts at that very block. */
export interface ChainReconciliation {
  readonly chainId: ChainId;
  readonly chainKey: string;
  /** The pinned block; null before anything was posted, or when it could not be read. */
  readonly block: number | null;
  readonly blockHash: Hex | null;
  /** Null before anything was posted. */
  readonly postedBlock: number | null;
  /** Positions compared: rewards, payments, stake and every stored word. */
  readonly comparedPairs: number;
  /** Farms and positions whose stored state was compared. */
  readonly comparedStates: number;
  /**
   * Final orders, decisions, journeys and proposals compared, of the newest 200 epochs, journeys
   * and proposals.
   */
  readonly comparedProjections: number;
  /** Sum of the differences of rewards, without sign; null when none were compared. */
  readonly driftWei: bigint | null;
  readonly differences: readonly Difference[];
  readonly supply: ChainSupply | null;
  /** Null when nothing was compared. */
  readonly selection: Selection | null;
  /** Block up to which an earlier run vouches for the payments; null when read from the start. */
  readonly verifiedBlock: number | null;
  /** What kept the chain from being compared in full; null when nothing did. */
  readonly notCompared: NotCompared | null;
}

/** Outcome for one chain, and what the next run can start from. */
export interface ChainResult {
  readonly reconciliation: ChainReconciliation;
  readonly firstMint: bigint | undefined;
  /** Undefined when nothing of the chain was compared. */
  readonly compared:
    | {
        readonly block: VerifiedBlock;
        readonly paid: readonly ClaimedTotal[];
        readonly isVerifiedLost: boolean;
        /** Orders, decisions, journeys and proposals compared, by scope and subject of a hold. */
        readonly views: readonly string[];
      }
    | undefined;
}

/** A chain of which nothing was compared. */
export function emptyResult(chain: ChainClient, why: NotCompared): ChainResult {
  const { chainId, key: chainKey } = chain;
  const none = { chainId, chainKey, block: null, blockHash: null, postedBlock: why.block };
  const counts = { comparedPairs: 0, comparedStates: 0, comparedProjections: 0 };
  const values = { driftWei: null, differences: [], supply: null };
  const facts = { selection: null, verifiedBlock: null, notCompared: why };
  return {
    reconciliation: { ...none, ...counts, ...values, ...facts },
    firstMint: undefined,
    compared: undefined,
  };
}

/** A chain that was compared at its posted block. */
export function chainResult(
  chain: ChainClient,
  facts: {
    readonly rows: StoredRows;
    readonly comparison: Comparison;
    readonly supply: ChainSupply;
    readonly notCompared: NotCompared | null;
  },
): ChainResult {
  const { rows, comparison, supply, notCompared } = facts;
  const { cursor, known, selection, verified } = rows;
  const { differences, firstMint, paid, isVerifiedLost, views } = comparison;
  const rewards = differences.filter(({ what }) => what === 'reward');
  const block = { number: cursor.postedBlock, hash: cursor.postedHash };
  return {
    reconciliation: {
      chainId: chain.chainId,
      chainKey: chain.key,
      block: block.number,
      blockHash: block.hash,
      postedBlock: block.number,
      comparedPairs: known.pairs.length,
      comparedStates: known.farmIds.length + known.pairs.length,
      comparedProjections: views.length,
      driftWei: sumOf(rewards.map((one) => absolute(one.ledger - one.chain))),
      differences,
      supply,
      selection,
      verifiedBlock: isVerifiedLost ? null : (verified?.number ?? null),
      notCompared,
    },
    firstMint,
    compared: { block, paid, isVerifiedLost, views },
  };
}
