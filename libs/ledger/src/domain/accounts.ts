/**
 * The chart of accounts.
 *
 * An account belongs to one chain and one asset (token address on that chain); a journal never
 * crosses chains, so the trial balance is zero for every (chain, asset) on its own.
 *
 * | kind             | owner                  | holds                                               |
 * |------------------|------------------------|-----------------------------------------------------|
 * | external         | user address           | the world outside: wallets (overdraft allowed)      |
 * | supply           | free text              | source of what no event explains (overdraft)        |
 * | staked           | `user:farm`            | principal in a farm                                 |
 * | bridge-transit   | guid, or `custody`     | principal in a packet, or in the bridge's own hands |
 * | bridge-escrow    | guid                   | principal that arrived and could not be restaked    |
 * | emission-hub     | `controller`           | the treasury that funds orders (overdraft allowed)  |
 * | emission-transit | guid, or `local`       | emission inside a packet                            |
 * | pot              | `receiver`             | emission that arrived and is not in a stream        |
 * | returnable       | `receiver`             | emission released from a pot, to go back to the hub |
 * | stream           | farm                   | put into a reward stream and not accrued            |
 * | idle             | farm                   | emitted while nobody was staked                     |
 * | reward           | `user:farm`            | accrued to a user and not claimed                   |
 * | dust             | farm                   | whole wei of what claims rounded away               |
 * | treasury         | `farms`                | early-exit fees the treasury is owed                |
 * | surplus          | `farms`, `receiver`, … | held there and owed to nobody (overdraft allowed)   |
 *
 * Streams besides the emission have accounts of their own, whose owners end in `:` and the number
 * of the stream.
 *
 * Value that crosses chains uses one transit account on each side, both owned by the guid: the
 * source credits its own, the destination debits its own, so the one is what was sent and the
 * other, negated, what arrived; over all chains they sum to what is in flight. Neither is checked
 * against the other here, because the destination may become final first.
 *
 * The treasury pays the controller with a plain token transfer that no indexed event reports, so
 * `emission-hub` is credited with deposited revenue and with what comes back only: its overdraft is
 * what was dispatched beyond that since the beginning.
 * `surplus` is also what a compound, a migration or a fee holds between two events. Plain transfers
 * to the farms and dust that became a wei are surplus, too, but have no event that says so.
 */
export const ACCOUNT_KINDS = [
  'external',
  'supply',
  'staked',
  'bridge-transit',
  'bridge-escrow',
  'emission-hub',
  'emission-transit',
  'pot',
  'returnable',
  'stream',
  'idle',
  'reward',
  'dust',
  'treasury',
  'surplus',
] as const;

export type AccountKind = (typeof ACCOUNT_KINDS)[number];

const OVERDRAFT_KINDS: ReadonlySet<AccountKind> = new Set<AccountKind>([
  'external',
  'supply',
  'emission-hub',
  'emission-transit',
  'bridge-transit',
  'surplus',
]);

/** Whether more may leave an account of this kind than ever entered it. */
export function mayOverdraw(kind: AccountKind): boolean {
  return OVERDRAFT_KINDS.has(kind);
}

/** Narrows text read from the database; unknown kinds give `undefined`. */
export function accountKindOf(text: string): AccountKind | undefined {
  return ACCOUNT_KINDS.find((kind) => kind === text);
}
