import { type Address, assert, type Eid, type FarmId } from '#kernel';
import { type EmissionEvent, type EmissionSchedule, type ParameterFact } from './emission-event.js';

/** What governance set on the controller, as far as events tell; null where none did yet. */
export interface ControllerState {
  readonly operator: Address | null;
  readonly guardian: Address | null;
  /** Hot key that may pause until it expires; `until` in seconds. */
  readonly sentinel: { readonly address: Address; readonly until: number } | null;
  /** Schedules ascending by first epoch; the last one that has begun rules. */
  readonly schedules: readonly EmissionSchedule[];
  readonly maxChangeBps: number | null;
  /** Multiples of the revenue of the epoch before, ascending by the first epoch they bound. */
  readonly revenueMultiples: readonly {
    readonly fromEpoch: number;
    readonly multipleBps: number;
  }[];
  /** Wei of native money a dispatch may cost. */
  readonly feeCap: bigint | null;
  readonly isPaused: boolean;
  /** Ascending by endpoint id. */
  readonly chains: readonly {
    readonly eid: Eid;
    readonly receiver: Address;
    readonly maxBps: number;
  }[];
  /** Ascending by endpoint and farm id. */
  readonly farms: readonly {
    readonly eid: Eid;
    readonly farmId: FarmId;
    readonly minBps: number;
    readonly maxBps: number;
  }[];
}

const INITIAL: ControllerState = {
  operator: null,
  guardian: null,
  sentinel: null,
  schedules: [],
  maxChangeBps: null,
  revenueMultiples: [],
  feeCap: null,
  isPaused: false,
  chains: [],
  farms: [],
};

/** Folds parameter events in chain order. */
export function foldParameters(events: Iterable<EmissionEvent<ParameterFact>>): ControllerState {
  let state = INITIAL;
  for (const event of events) state = applyParameter(state, event);
  return state;
}

function applyParameter(state: ControllerState, event: ParameterFact): ControllerState {
  switch (event.kind) {
    case 'operator-set':
      return { ...state, operator: event.operator };
    case 'guardian-set':
      return { ...state, guardian: event.guardian };
    case 'sentinel-set': {
      const { sentinel: address, until } = event;
      return { ...state, sentinel: { address, until } };
    }
    case 'revenue-multiple-set': {
      const { fromEpoch, multipleBps } = event;
      const before = state.revenueMultiples.filter((one) => one.fromEpoch < fromEpoch);
      return { ...state, revenueMultiples: [...before, { fromEpoch, multipleBps }] };
    }
    case 'max-change-set':
      return { ...state, maxChangeBps: event.maxChangeBps };
    case 'fee-cap-set':
      return { ...state, feeCap: event.feeCap };
    case 'controller-paused':
      return { ...state, isPaused: event.isPaused };
    case 'schedule-set': {
      const { schedule } = event;
      const before = state.schedules.filter(({ fromEpoch }) => fromEpoch < schedule.fromEpoch);
      return { ...state, schedules: [...before, schedule] };
    }
    case 'chain-registered': {
      const { eid, receiver, maxBps } = event;
      const others = state.chains.filter((chain) => chain.eid !== eid);
      const chains = [...others, { eid, receiver, maxBps }].toSorted((a, b) => a.eid - b.eid);
      return { ...state, chains };
    }
    case 'farm-bounds-set': {
      const { eid, farmId, minBps, maxBps } = event;
      const farms = [...withoutFarm(state, event), { eid, farmId, minBps, maxBps }];
      return { ...state, farms: farms.toSorted((a, b) => a.eid - b.eid || a.farmId - b.farmId) };
    }
    case 'farm-removed': {
      const farms = withoutFarm(state, event);
      assert(farms.length < state.farms.length, `farm ${event.eid}:${event.farmId} was not there`);
      return { ...state, farms };
    }
  }
}

function withoutFarm(
  state: ControllerState,
  { eid, farmId }: { readonly eid: Eid; readonly farmId: FarmId },
): ControllerState['farms'] {
  return state.farms.filter((farm) => farm.eid !== eid || farm.farmId !== farmId);
}
