import { sumOf } from '#kernel';

/** Reward tokens of one chain at its posted block, in wei. */
export interface ChainSupply {
  readonly chainKey: string;
  readonly block: number;
  readonly totalSupply: bigint;
  /** What left over the bridge and came over it, since the beginning. */
  readonly sent: bigint;
  readonly received: bigint;
  /** Minted here and not over the bridge: what the three numbers above leave. */
  readonly minted: bigint;
  /**
   * Locked by the adapter beyond what is elsewhere because of it: gifts when above zero, tokens
   * out of nothing when below. Null without an adapter.
   */
  readonly backing: bigint | null;
}

/** What the contracts of one chain say of the reward token, in wei. */
export interface TokenReading {
  readonly totalSupply: bigint;
  /**
   * Of the adapter of a token that is older than Headwater, what it locked, and its own counters
   * of what left and came back; null where the token itself mints and burns.
   */
  readonly adapter: {
    readonly locked: bigint;
    readonly sent: bigint;
    readonly received: bigint;
  } | null;
}

/** The supply of the reward token over all chains. */
export interface SupplyReport {
  readonly initial: bigint;
  readonly total: bigint;
  /** Sent and not received; negative when the destination is ahead of the source. */
  readonly inFlight: bigint;
  /**
   * total + inFlight - initial; 0 when nobody minted or burnt anything. With an adapter what it
   * lacks, or what it was given for nothing, with the sign turned.
   */
  readonly difference: bigint;
  readonly ok: boolean;
  readonly chains: readonly ChainSupply[];
}

export function chainSupply(
  facts: Omit<ChainSupply, 'minted' | 'totalSupply' | 'backing'> & {
    readonly reading: TokenReading;
  },
): ChainSupply {
  const { reading, ...place } = facts;
  const { totalSupply, adapter } = reading;
  if (adapter === null) {
    const minted = totalSupply + place.sent - place.received;
    return { ...place, totalSupply, minted, backing: null };
  }
  const { locked, sent, received } = adapter;
  // Only what is free circulates here; who mints or burns an existing token is its own business.
  const free = { totalSupply: totalSupply - locked, sent, received, minted: totalSupply };
  return { ...place, ...free, backing: locked - (sent - received) };
}

/**
 * Each chain is looked at by itself, so it does not matter that their blocks are not of one moment:
 * on the hub the initial supply was minted, on the other chains nothing ever is. A hub with an
 * adapter has to hold all that is elsewhere.
 */
export function compareSupply(
  chains: readonly ChainSupply[],
  expected: { readonly hubKey: string; readonly initial: bigint },
): SupplyReport {
  const { hubKey } = expected;
  const hub = chains.find(({ chainKey }) => chainKey === hubKey);
  const hasAdapter = hub !== undefined && hub.backing !== null;
  const initial = hasAdapter ? hub.minted : expected.initial;
  const total = sumOf(chains.map(({ totalSupply }) => totalSupply));
  const inFlight = sumOf(chains.map(({ sent, received }) => sent - received));
  const difference = total + inFlight - initial;
  const report = { initial, total, inFlight, difference, chains };
  return { ...report, ok: wrongSupplies({ ...report, ok: true }, hubKey).length === 0 };
}

/** Chains of a report whose own numbers are wrong. */
export function wrongSupplies(
  { chains, initial }: SupplyReport,
  hubKey: string,
): readonly ChainSupply[] {
  return chains.filter(({ chainKey, minted, backing }) => {
    if (backing !== null) return backing < 0n;
    return minted !== (chainKey === hubKey ? initial : 0n);
  });
}
