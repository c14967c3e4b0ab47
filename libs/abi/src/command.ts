import type { Address } from '#kernel';

/** Kinds of command, at the index of their number less 1. */
export const COMMAND_KINDS = [
  'add-farm',
  'set-farm-state',
  'set-max-rate',
  'set-terms',
  'add-stream',
  'set-funder',
  'set-receiver-paused',
  'set-bridge-paused',
  'set-min-valid-epoch',
  'release-pot',
  'set-outflow-limit',
  'set-inbound-limit',
  'set-sentinel',
  'cancel-command',
] as const;
export type CommandKind = (typeof COMMAND_KINDS)[number];

/** States a command can give a farm, at the index of their number less 1. */
export const FARM_STATES = ['active', 'deposits-paused', 'ended'] as const;
export type CommandedFarmState = (typeof FARM_STATES)[number];

/** Amount of a `release-pot` that stands for the whole pot. */
export const WHOLE_POT = (1n << 128n) - 1n;
/** Most tiers and most tenure steps of a `set-terms`. */
export const TERMS_MAX = 4;

interface AddFarm {
  readonly kind: 'add-farm';
  readonly farmId: number;
  readonly stakeToken: Address;
  readonly scaleBits: number;
  /** Wei a second. */
  readonly maxRate: bigint;
  readonly hasTerms: boolean;
  /** Opens the bridge's route for the stake token; zero leaves it as it is. */
  readonly oft: Address;
}

interface SetFarmState {
  readonly kind: 'set-farm-state';
  readonly farmId: number;
  readonly state: CommandedFarmState;
}

interface SetMaxRate {
  readonly kind: 'set-max-rate';
  readonly farmId: number;
  readonly stream: number;
  /** Units of the token of the stream a second. */
  readonly maxRate: bigint;
}

interface SetTerms {
  readonly kind: 'set-terms';
  readonly farmId: number;
  /** Terms in seconds. */
  readonly tiers: readonly {
    readonly term: number;
    readonly boostBps: number;
    readonly feeBps: number;
  }[];
  /** Tenures in seconds. */
  readonly steps: readonly { readonly minTenure: number; readonly bonusBps: number }[];
}

interface AddStream {
  readonly kind: 'add-stream';
  readonly farmId: number;
  /** Index the stream has to get. */
  readonly stream: number;
  readonly token: Address;
  readonly funder: Address;
  /** Units of `token` a second. */
  readonly maxRate: bigint;
}

interface SetFunder {
  readonly kind: 'set-funder';
  readonly farmId: number;
  readonly stream: number;
  readonly funder: Address;
}

interface SetPaused {
  readonly kind: 'set-receiver-paused' | 'set-bridge-paused';
  readonly isPaused: boolean;
}

interface SetMinValidEpoch {
  readonly kind: 'set-min-valid-epoch';
  readonly epoch: number;
}

interface ReleasePot {
  readonly kind: 'release-pot';
  readonly epoch: number;
  /** Wei; `WHOLE_POT` for what the pot holds by then. */
  readonly amount: bigint;
}

/** `limit` and `window` zero together for no limit; `window` in seconds. */
interface PathLimit {
  readonly eid: number;
  readonly limit: bigint;
  readonly window: number;
}

interface SetOutflowLimit extends PathLimit {
  readonly kind: 'set-outflow-limit';
  readonly token: Address;
}

interface SetInboundLimit extends PathLimit {
  readonly kind: 'set-inbound-limit';
}

interface SetSentinel {
  readonly kind: 'set-sentinel';
  readonly sentinel: Address;
  /** Chain time, seconds. */
  readonly until: number;
}

interface CancelCommand {
  readonly kind: 'cancel-command';
  /** Number of an earlier command on the same path. */
  readonly no: bigint;
}

/** One instruction of the hub to the contracts of a spoke. */
export type Command =
  | AddFarm
  | SetFarmState
  | SetMaxRate
  | SetTerms
  | AddStream
  | SetFunder
  | SetPaused
  | SetMinValidEpoch
  | ReleasePot
  | SetOutflowLimit
  | SetInboundLimit
  | SetSentinel
  | CancelCommand;
