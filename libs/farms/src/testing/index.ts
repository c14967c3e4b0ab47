import { toAddress, toFarmId } from '#kernel';
import { type FarmState, newFarm, newPosition, type PositionState } from '../domain/accumulator.js';
import { newStream, type StreamState } from '../domain/stream.js';
import { REWARD_TOKEN } from './history.js';

/** An emission checkpointed at second 1,000; override only what the test is about. */
export function aStream(overrides: Partial<StreamState> = {}): StreamState {
  const terms = {
    token: REWARD_TOKEN,
    funder: toAddress(`0x${'e0'.repeat(20)}`),
    maxRate: 10n ** 18n,
  };
  return { ...newStream(terms), lastAt: 1_000, ...overrides };
}

/** A farm with a scale of 2^80 and no stake; override only what the test is about. */
export function aFarm(
  overrides: Partial<Omit<FarmState, 'streams'>> & { readonly stream?: Partial<StreamState> } = {},
): FarmState {
  const { stream, ...farm } = overrides;
  return {
    ...newFarm({
      farmId: toFarmId(1),
      stakeToken: toAddress(`0x${'a1'.repeat(20)}`),
      scaleBits: 80,
      hasTerms: false,
      emission: aStream(stream),
    }),
    ...farm,
  };
}

export function aPosition(overrides: Partial<PositionState> = {}): PositionState {
  return { ...newPosition(toFarmId(1), toAddress(`0x${'0b'.repeat(20)}`)), ...overrides };
}

export { type Call, type ContractCall, DevChain } from './dev-chain.js';
export {
  histories,
  HISTORY_FARM,
  type HistoryFarm,
  historyFarms,
  historyUsers,
  playHistory,
  REWARD_TOKEN,
  type Step,
  WIRING,
} from './history.js';
