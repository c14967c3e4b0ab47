import { toAddress, toFarmId } from '#kernel';
import { type FarmState, newFarm, newPosition, type PositionState } from '../domain/accumulator.js';

/** A farm with a scale of 2^96 and no stake, checkpointed at second 1,000; override only what the test is about. */
export function aFarm(overrides: Partial<FarmState> = {}): FarmState {
  return {
    ...newFarm({
      farmId: toFarmId(1),
      stakeToken: toAddress(`0x${'a1'.repeat(20)}`),
      scaleBits: 96,
      minWeightBits: 10,
      maxRate: 10n ** 18n,
    }),
    lastAt: 1000,
    ...overrides,
  };
}

export function aPosition(overrides: Partial<PositionState> = {}): PositionState {
  return { ...newPosition(toFarmId(1), toAddress(`0x${'0b'.repeat(20)}`)), ...overrides };
}

export { type Call, type ContractCall, DevChain } from './dev-chain.js';
export { histories, HISTORY_FARM, historyUsers, playHistory, type Step } from './history.js';
