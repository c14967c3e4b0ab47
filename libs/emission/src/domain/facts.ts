import { type Hex, mulDivDown } from '#kernel';
import { type EmissionParameters, farmKey } from './parameters.js';

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
  /**
   * Declared value of one whole stake token, millionths of a US dollar; `null` when the deployment
   * declares none, and then the farm weighs nothing.
   */
  readonly valuePerTokenMicro: bigint | null;
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

/** Declared value of what is staked, millionths of a US dollar; rounds down, 0 when undeclared. */
export function stakedValueMicro(farm: FarmFacts): bigint {
  if (farm.valuePerTokenMicro === null) return 0n;
  return mulDivDown(farm.staked, farm.valuePerTokenMicro, 10n ** BigInt(farm.stakeDecimals));
}

/**
 * Farms of the controller that get no more than their minimum only because nobody declared what
 * their stake token is worth; as `<chainKey>:<farmId>`, in the order of the facts.
 */
export function undeclaredFarms(options: {
  readonly policy: Policy;
  readonly facts: readonly ChainFacts[];
  readonly parameters: EmissionParameters;
}): readonly string[] {
  const { policy, facts, parameters } = options;
  if (policy.kind !== 'tvl-weighted') return [];
  const registered = new Set(parameters.farms.map(farmKey));
  return facts.flatMap(({ chainKey, eid, farms }) =>
    farms
      .filter(({ isActive, valuePerTokenMicro }) => isActive && valuePerTokenMicro === null)
      .filter(({ farmId }) => registered.has(farmKey({ eid, farmId })))
      .map(({ farmId }) => `${chainKey}:${farmId}`),
  );
}
