/** The chains of the local network; the hub is one of them. */
export const CHAIN_KEYS = ['hub', 'alpha', 'beta'] as const;
export type ChainKey = (typeof CHAIN_KEYS)[number];

export interface ChainSpec {
  readonly key: ChainKey;
  readonly name: string;
  readonly chainId: number;
  /**
   * LayerZero endpoint id from the sandbox range. Ids below 30,000 mean endpoint V1 to the fee
   * library, which then refuses composed messages.
   */
  readonly eid: number;
}

export const CHAINS: Readonly<Record<ChainKey, ChainSpec>> = {
  hub: { key: 'hub', name: 'Hub', chainId: 900_101, eid: 50_121 },
  alpha: { key: 'alpha', name: 'Alpha', chainId: 900_231, eid: 50_231 },
  beta: { key: 'beta', name: 'Beta', chainId: 900_102, eid: 50_102 },
};

/** Seconds between two blocks; transactions are mined at once in blocks of their own. */
export const BLOCK_TIME_SECONDS = 1;
/** Makes the block 4 below the head the finalized one. */
export const SLOTS_PER_EPOCH = 2;
/** Source blocks a DVN waits for before it attests a packet. */
export const DVN_CONFIRMATIONS = 5;

/** The chains that the hub commands. */
export const SPOKE_KEYS = ['alpha', 'beta'] as const satisfies ChainKey[];
export type SpokeKey = (typeof SPOKE_KEYS)[number];

/** One value for each spoke. */
export type PerSpoke<Value> = Readonly<Record<SpokeKey, Value>>;

/** One value for each chain. */
export type PerChain<Value> = Readonly<Record<ChainKey, Value>>;

/** The value of every chain, computed in the order hub, alpha, beta. */
export function forEachChain<Value>(valueOf: (key: ChainKey) => Value): PerChain<Value> {
  return { hub: valueOf('hub'), alpha: valueOf('alpha'), beta: valueOf('beta') };
}

/** The value of every spoke, computed in the order alpha, beta. */
export function forEachSpoke<Value>(valueOf: (key: SpokeKey) => Value): PerSpoke<Value> {
  return { alpha: valueOf('alpha'), beta: valueOf('beta') };
}

/** Runs `action` on all chains at the same time; fails with the first failure. */
export async function onEveryChain<Value>(
  action: (key: ChainKey) => Promise<Value>,
): Promise<PerChain<Value>> {
  const [hub, alpha, beta] = await Promise.all([action('hub'), action('alpha'), action('beta')]);
  return { hub, alpha, beta };
}

/** The chains a chain exchanges messages with. */
export function remotesOf(key: ChainKey): readonly ChainKey[] {
  return CHAIN_KEYS.filter((other) => other !== key);
}

export function isChainKey(value: unknown): value is ChainKey {
  return CHAIN_KEYS.some((key) => key === value);
}

/** The chain with LayerZero endpoint id `eid`, if it is one of ours. */
export function chainKeyOfEid(eid: number): ChainKey | undefined {
  return CHAIN_KEYS.find((key) => CHAINS[key].eid === eid);
}
