import { parseUnits } from 'viem';
import type { PerChain } from '../topology.js';

/** Tokens that are staked somewhere. */
export type StakeKind = 'reward' | 'delta' | 'pair' | 'dollar';

export interface StakeToken {
  readonly symbol: string;
  readonly name: string;
  readonly decimals: number;
  /** Whether it is an OFT on every chain. */
  readonly movable: boolean;
  /** Declared value of one whole token in millionths of a dollar. */
  readonly valuePerTokenMicro: bigint;
  /**
   * Fractional bits of a farm's accumulator: the total weight stays below 2^scaleBits and no stake
   * falls below 2^(scaleBits - 64).
   */
  readonly scaleBits: number;
}

/** A token with 18 decimals: at most 4e10 tokens staked, at least 2.1e-9 each. */
const EIGHTEEN_DECIMALS = { decimals: 18, scaleBits: 95 } as const;
/** A token with 6 decimals: at most 1.8e13 tokens staked, at least 1 unit each. */
const SIX_DECIMALS = { decimals: 6, scaleBits: 64 } as const;

export const STAKE_TOKENS: Readonly<Record<StakeKind, StakeToken>> = {
  reward: {
    ...EIGHTEEN_DECIMALS,
    symbol: 'HWT',
    name: 'Headwater Token',
    movable: true,
    valuePerTokenMicro: 500_000n,
  },
  delta: {
    ...EIGHTEEN_DECIMALS,
    symbol: 'DLT',
    name: 'Delta',
    movable: true,
    valuePerTokenMicro: 2_000_000n,
  },
  // One pair token stands for one of each side, a dollar each.
  pair: {
    ...EIGHTEEN_DECIMALS,
    symbol: 'UNI-V2',
    name: 'Uniswap V2',
    movable: false,
    valuePerTokenMicro: 2_000_000n,
  },
  dollar: {
    ...SIX_DECIMALS,
    symbol: 'dUSD',
    name: 'Devnet Dollar',
    movable: false,
    valuePerTokenMicro: 1_000_000n,
  },
};

/** Locks and boosts for staying, and a stream of early-exit fees to those who stay. */
export interface CatalogTerms {
  readonly tiers: readonly {
    /** Seconds. */
    readonly term: number;
    readonly boostBps: number;
    readonly feeBps: number;
  }[];
  readonly steps: readonly {
    /** Seconds. */
    readonly minTenure: number;
    readonly bonusBps: number;
  }[];
}

/** What a farm pays beside the emission, funded once by the treasury. */
export interface CatalogStream {
  readonly token: 'dollar';
  /** Units of the token. */
  readonly amount: bigint;
  readonly seconds: number;
}

export interface CatalogFarm {
  readonly farmId: number;
  readonly stake: StakeKind;
  readonly label: string;
  readonly terms?: CatalogTerms;
  readonly stream?: CatalogStream;
}

/** Short enough to see a lock end. */
const LOCKS: CatalogTerms = {
  tiers: [
    { term: 45, boostBps: 15_000, feeBps: 200 },
    { term: 600, boostBps: 25_000, feeBps: 1_000 },
  ],
  steps: [{ minTenure: 120, bonusBps: 500 }],
};

const WEEK_SECONDS = 7 * 24 * 3_600;
/** A dollar a second. */
const DOLLARS: CatalogStream = {
  token: 'dollar',
  amount: parseUnits(String(WEEK_SECONDS), SIX_DECIMALS.decimals),
  seconds: WEEK_SECONDS,
};

/** Farms of every chain, ascending by id. */
export const FARM_CATALOG: PerChain<readonly CatalogFarm[]> = {
  hub: [
    { farmId: 1, stake: 'reward', label: 'HWT on Hub' },
    { farmId: 2, stake: 'delta', label: 'DLT on Hub', terms: LOCKS },
  ],
  alpha: [
    { farmId: 1, stake: 'reward', label: 'HWT on Alpha' },
    { farmId: 2, stake: 'pair', label: 'PBL/QTZ pair on Alpha' },
    { farmId: 3, stake: 'delta', label: 'DLT on Alpha' },
  ],
  beta: [
    { farmId: 1, stake: 'reward', label: 'HWT on Beta' },
    { farmId: 2, stake: 'dollar', label: 'dUSD on Beta' },
    { farmId: 3, stake: 'delta', label: 'DLT on Beta', stream: DOLLARS },
  ],
};
