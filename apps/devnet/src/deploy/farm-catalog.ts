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
  /** Fractional bits of a farm's accumulator; the total stake stays below 2^scaleBits. */
  readonly scaleBits: number;
  /** Below a total stake of 2^minWeightBits the farm accrues to nobody. */
  readonly minWeightBits: number;
}

/** A token with 18 decimals: at most 7.9e10 tokens staked, nothing accrues below 4.3e-9. */
const EIGHTEEN_DECIMALS = { decimals: 18, scaleBits: 96, minWeightBits: 32 } as const;
/** A token with 6 decimals: at most 1.8e13 tokens staked, nothing accrues below 2 units. */
const SIX_DECIMALS = { decimals: 6, scaleBits: 64, minWeightBits: 1 } as const;

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

export interface CatalogFarm {
  readonly farmId: number;
  readonly stake: StakeKind;
  readonly label: string;
}

/** Farms of every chain, ascending by id. */
export const FARM_CATALOG: PerChain<readonly CatalogFarm[]> = {
  hub: [
    { farmId: 1, stake: 'reward', label: 'HWT on Hub' },
    { farmId: 2, stake: 'delta', label: 'DLT on Hub' },
  ],
  alpha: [
    { farmId: 1, stake: 'reward', label: 'HWT on Alpha' },
    { farmId: 2, stake: 'pair', label: 'PBL/QTZ pair on Alpha' },
    { farmId: 3, stake: 'delta', label: 'DLT on Alpha' },
  ],
  beta: [
    { farmId: 1, stake: 'reward', label: 'HWT on Beta' },
    { farmId: 2, stake: 'dollar', label: 'dUSD on Beta' },
    { farmId: 3, stake: 'delta', label: 'DLT on Beta' },
  ],
};
