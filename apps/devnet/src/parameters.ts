/** What may differ between two local networks. Durations in seconds. */
export interface DevnetParameters {
  readonly epochSeconds: number;
  /** From the end of the deployment to the start of epoch 1. */
  readonly genesisDelaySeconds: number;
  readonly votingDelaySeconds: number;
  readonly votingPeriodSeconds: number;
  /** Of the timelock of every chain. */
  readonly timelockDelaySeconds: number;
  /** How long a command waits that resumes something or sets a limit. */
  readonly loosenSeconds: number;
}

export const DEFAULT_PARAMETERS: DevnetParameters = {
  epochSeconds: 60,
  genesisDelaySeconds: 5,
  votingDelaySeconds: 2,
  votingPeriodSeconds: 8,
  timelockDelaySeconds: 2,
  loosenSeconds: 15,
};

/** Shortest epoch in which an order still arrives on every chain before the epoch ends. */
export const EPOCH_SECONDS_MIN = 15;
export const EPOCH_SECONDS_MAX = 7 * 24 * 3600;

/** Units of the reward token's shared decimals in one token. */
export const SHARED_DECIMALS = 6;
const SD_PER_TOKEN = 10n ** BigInt(SHARED_DECIMALS);

/**
 * Emission of all farms together, in tokens a second. A farm's rate must stay below 2^64 wei a
 * second, which is 18.4 tokens, even when it gets the greatest share of the hard cap.
 */
const BUDGET_PER_SECOND = 10n;
const HARD_CAP_PER_SECOND = 16n;
const FLOOR_PER_SECOND = 5n;

/** Budgets of one epoch, in shared decimals. */
export function budgetsOf(epochSeconds: number): {
  readonly budgetSD: bigint;
  readonly hardCapSD: bigint;
  readonly floorSD: bigint;
} {
  const perToken = BigInt(epochSeconds) * SD_PER_TOKEN;
  return {
    budgetSD: BUDGET_PER_SECOND * perToken,
    hardCapSD: HARD_CAP_PER_SECOND * perToken,
    floorSD: FLOOR_PER_SECOND * perToken,
  };
}
