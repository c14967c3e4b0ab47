import { type Hex, mulDivDown } from '#kernel';

/** How the budget of an epoch is split; shares are basis points keyed `<chainKey>:<farmId>`. */
export type Policy =
  | { readonly kind: 'tvl-weighted' }
  | { readonly kind: 'fixed-shares'; readonly shares: Readonly<Record<string, bigint>> };

export interface FarmFacts {
  readonly farmId: number;
  /** An ended farm takes no rewards, so it weighs nothing whatever is staked in it. */
  readonly isActive: boolean;
  /** Units of the stake token at the block of the chain's facts. */
  readonly staked: bigint;
  readonly stakeDecimals: number;
  /** Declared value of one whole stake token, millionths of a US dollar. */
  readonly valuePerTokenMicro: bigint;
}

/** What was known of one chain at one of its finalized blocks. */
export interface ChainFacts {
  readonly chainKey: string;
  readonly chainId: number;
  readonly eid: number;
  /** `null` when the chain was too far behind or halted: nothing is known of its farms. */
  readonly block: {
    readonly number: number;
    readonly hash: Hex;
    readonly timestamp: number;
  } | null;
  /** Why nothing is known; `null` when `block` is known. */
  readonly missing: string | null;
  readonly farms: readonly FarmFacts[];
}

/** Declared value of what is staked, millionths of a US dollar; rounds down. */
export function stakedValueMicro(farm: FarmFacts): bigint {
  return mulDivDown(farm.staked, farm.valuePerTokenMicro, 10n ** BigInt(farm.stakeDecimals));
}
