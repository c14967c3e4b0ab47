import type { ProposalCall } from './proposal-view.js';

/** An event of the controller; arguments as text. */
export interface ControllerChange {
  readonly event: string;
  readonly args: Readonly<Record<string, string>>;
}

/** Parameters that are set: the arguments of the event that set each last, by what it is about. */
export type ControllerParameters = ReadonlyMap<string, ControllerChange['args']>;

const CHAIN_PREFIX = 'chain:';
const FARM_PREFIX = 'farm:';

/** What the calls and events about one parameter have in common: the key of the parameter. */
const KEYS: Readonly<Record<string, (args: ControllerChange['args']) => string>> = {
  setChain: chainKeyOf,
  ChainRegistered: chainKeyOf,
  setFarmBounds: farmKeyOf,
  FarmBoundsSet: farmKeyOf,
  removeFarm: farmKeyOf,
  FarmRemoved: farmKeyOf,
  setMaxChangeBps: () => 'max-change',
  MaxChangeSet: () => 'max-change',
};

function chainKeyOf(args: ControllerChange['args']): string {
  return `${CHAIN_PREFIX}${args['eid']}`;
}

function farmKeyOf(args: ControllerChange['args']): string {
  return `${FARM_PREFIX}${args['eid']}:${args['farmId']}`;
}

/** Parameters after these changes, which must be in chain order and start with the first. */
export function parametersAfter(history: Iterable<ControllerChange>): ControllerParameters {
  const state = new Map<string, ControllerChange['args']>();
  for (const { event, args } of history) {
    const key = KEYS[event]?.(args);
    if (key === undefined) continue;
    if (event === 'FarmRemoved') state.delete(key);
    else state.set(key, args);
  }
  return state;
}

/** What a call of the controller sets or removes; undefined for calls about anything else. */
export function parameterOf(call: ProposalCall): string | undefined {
  if (call.contractName !== 'EmissionController') return undefined;
  return KEYS[call.function]?.(
    Object.fromEntries(call.args.map(({ name, value }) => [name, value])),
  );
}

/** Registered chains, ascending by endpoint; the controller orders only from those with farms. */
export function registeredChains(
  state: ControllerParameters,
): readonly { readonly eid: number; readonly hasFarms: boolean }[] {
  const keys = [...state.keys()];
  return keys
    .filter((key) => key.startsWith(CHAIN_PREFIX))
    .map((key) => key.slice(CHAIN_PREFIX.length))
    .map((eid) => ({
      eid: Number(eid),
      hasFarms: keys.some((key) => key.startsWith(`${FARM_PREFIX}${eid}:`)),
    }))
    .toSorted((a, b) => a.eid - b.eid);
}
