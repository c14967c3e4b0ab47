import { type FarmEvent, type FarmState } from '#farms';
import { type Address, type FarmId, toAddress, toFarmId } from '#kernel';
import { type BalanceView } from '#ledger';
import { type Pair } from './compare-rows.js';

/** Which farms and positions a chain has by any of our rows. */
export interface KnownFacts {
  readonly farmIds: readonly FarmId[];
  readonly stakeTokens: readonly Address[];
  /** Tokens that streams pay. */
  readonly rewardTokens: readonly Address[];
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
  readonly positions: readonly Pair[];
  /** Accounts whose owners are positions. */
  readonly accounts: readonly BalanceView[];
  readonly events: readonly FarmEvent[];
}): KnownFacts {
  const { rewardToken, farms, positions, accounts, events } = options;
  const added = events.filter((event) => event.kind === 'farm-added');
  const streams = events.filter((event) => event.kind === 'stream-added');
  const staked = events.filter((event) => event.kind === 'staked');
  const pairs = [...positions, ...accounts.map(({ owner }) => pairOf(owner)), ...staked];
  const byKey = new Map(
    pairs.map(({ farmId, user }) => [`${user}:${farmId}`, { farmId, user }] as const),
  );
  return {
    farmIds: [...new Set([...farms, ...added].map(({ farmId }) => farmId))],
    stakeTokens: [...new Set([...farms, ...added].map(({ stakeToken }) => stakeToken))],
    rewardTokens: [
      ...new Set([
        rewardToken,
        ...[...farms.flatMap((farm) => farm.streams), ...streams].map(({ token }) => token),
      ]),
    ],
    pairs: [...byKey.values()].toSorted(
      (a, b) => a.farmId - b.farmId || (a.user < b.user ? -1 : 1),
    ),
  };
}

/** The position an account belongs to; its owner is written `user:farm`, with a stream maybe. */
function pairOf(owner: string): Pair {
  const [user = '', farmId = ''] = owner.split(':');
  return { farmId: toFarmId(Number(farmId)), user: toAddress(user) };
}
