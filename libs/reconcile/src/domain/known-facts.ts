import { type FarmEvent, type FarmState } from '#farms';
import { type Address, type FarmId, toFarmId } from '#kernel';
import { type AccountTotal } from '#ledger';
import { type Pair } from './compare-rows.js';

/** Which farms, tokens and positions of a chain a run looks at. */
export interface KnownFacts {
  readonly farmIds: readonly FarmId[];
  readonly stakeTokens: readonly Address[];
  /** Tokens that streams pay. */
  readonly rewardTokens: readonly Address[];
  /** Ascending by farm and user. */
  readonly pairs: readonly Pair[];
}

/**
 * Puts together what states, ledger accounts and logs each know of: a row that is missing in one
 * of them is found by the others.
 */
export function knownFacts(options: {
  readonly rewardToken: Address;
  readonly farms: readonly (Pick<FarmState, 'farmId' | 'stakeToken'> & {
    readonly streams: readonly { readonly token: Address }[];
  })[];
  readonly totals: readonly AccountTotal[];
  readonly events: readonly FarmEvent[];
  readonly pairs: readonly Pair[];
}): KnownFacts {
  const { rewardToken, farms, totals, events, pairs } = options;
  const added = events.filter((event) => event.kind === 'farm-added');
  const streams = events.filter((event) => event.kind === 'stream-added');
  const booked = totals.filter(({ farm }) => farm !== '').map(({ farm }) => toFarmId(Number(farm)));
  const tokensOf = (kind: AccountTotal['kind']): readonly Address[] =>
    totals.filter((total) => total.kind === kind).map(({ asset }) => asset);
  return {
    farmIds: [...new Set([...[...farms, ...added].map(({ farmId }) => farmId), ...booked])],
    stakeTokens: [
      ...new Set([
        ...[...farms, ...added].map(({ stakeToken }) => stakeToken),
        ...tokensOf('staked'),
      ]),
    ],
    rewardTokens: [
      ...new Set([
        rewardToken,
        ...[...farms.flatMap((farm) => farm.streams), ...streams].map(({ token }) => token),
        ...tokensOf('stream'),
      ]),
    ],
    pairs: distinct(pairs),
  };
}

/** Each position once, ascending by farm and user. */
function distinct(pairs: readonly Pair[]): readonly Pair[] {
  const byKey = new Map(
    pairs.map(({ farmId, user }) => [`${user}:${farmId}`, { farmId, user }] as const),
  );
  return [...byKey.values()].toSorted((a, b) => a.farmId - b.farmId || (a.user < b.user ? -1 : 1));
}

/** Positions that events are about. */
export function pairsOf(events: readonly FarmEvent[]): readonly Pair[] {
  return events.flatMap((event) =>
    'user' in event && 'farmId' in event ? [{ farmId: event.farmId, user: event.user }] : [],
  );
}
