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
}

/** The supply of the reward token over all chains. */
export interface SupplyReport {
  readonly initial: bigint;
  readonly total: bigint;
  /** Sent and not received; negative when the destination is ahead of the source. */
  readonly inFlight: bigint;
  /** total + inFlight - initial; 0 when nobody minted or burnt anything. */
  readonly difference: bigint;
  readonly ok: boolean;
  readonly chains: readonly ChainSupply[];
}

export function chainSupply(facts: Omit<ChainSupply, 'minted'>): ChainSupply {
  return { ...facts, minted: facts.totalSupply + facts.sent - facts.received };
}

/**
 * Each chain is looked at by itself, so it does not matter that their blocks are not of one moment:
 * on the hub the initial supply was minted, on the other chains nothing ever is.
 */
export function compareSupply(
  chains: readonly ChainSupply[],
  expected: { readonly hubKey: string; readonly initial: bigint },
): SupplyReport {
  const { hubKey, initial } = expected;
  const total = sumOf(chains.map(({ totalSupply }) => totalSupply));
  const inFlight = sumOf(chains.map(({ sent, received }) => sent - received));
  const difference = total + inFlight - initial;
  const ok = chains.every(
    ({ chainKey, minted }) => minted === (chainKey === hubKey ? initial : 0n),
  );
  return { initial, total, inFlight, difference, ok, chains };
}
