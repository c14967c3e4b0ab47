/** A chain the decision needs facts of. */
export interface ChainFreshness {
  readonly key: string;
  readonly isHub: boolean;
  readonly isHalted: boolean;
  /** Whether our rows of the chain or of one of its farms were found not to equal it. */
  readonly isHeld: boolean;
  /** Chain time of the newest finalized block indexed and folded; `null` before the first. */
  readonly finalizedTimestamp: number | null;
}

export type Readiness =
  | { readonly kind: 'wait'; readonly reason: string }
  /** `missing`: why a chain's facts are left out, by chain key. */
  | { readonly kind: 'decide'; readonly missing: ReadonlyMap<string, string> };

const STALE_SECONDS_MIN = 15;
const STALE_SECONDS_MAX = 300;
const GRACE_SECONDS_MAX = 600;

/** How old a chain's finalized block may be for its facts to count. */
export function staleAfterSeconds(epochSeconds: number): number {
  return Math.max(STALE_SECONDS_MIN, Math.min(STALE_SECONDS_MAX, Math.floor(epochSeconds / 4)));
}

/** How long into an epoch its decision waits for a chain that is behind. */
export function graceSeconds(epochSeconds: number): number {
  return Math.min(GRACE_SECONDS_MAX, Math.floor(epochSeconds / 4));
}

/**
 * Whether an epoch can be decided now.
 *
 * It is as soon as every chain is fresh. A chain that stays halted, on hold or behind holds all others up
 * for the grace time only; then it is left out and its farms keep what they had. Without the hub
 * nothing is decided. Only chain time counts, so every restart judges alike.
 */
export function readinessOf(options: {
  readonly hubTimestamp: number;
  readonly epochStart: number;
  readonly epochSeconds: number;
  readonly chains: readonly ChainFreshness[];
}): Readiness {
  const { hubTimestamp, epochStart, epochSeconds, chains } = options;
  const oldest = hubTimestamp - staleAfterSeconds(epochSeconds);
  const missing = new Map<string, string>();
  for (const chain of chains) {
    const reason = reasonToLeaveOut(chain, oldest);
    if (reason === null) continue;
    if (chain.isHub) return { kind: 'wait', reason: `the hub ${reason}` };
    missing.set(chain.key, reason);
  }
  const hasGrace = hubTimestamp < epochStart + graceSeconds(epochSeconds);
  const [first] = missing;
  if (first !== undefined && hasGrace) {
    return { kind: 'wait', reason: `chain ${first[0]} ${first[1]}` };
  }
  return { kind: 'decide', missing };
}

function reasonToLeaveOut(chain: ChainFreshness, oldest: number): string | null {
  if (chain.isHalted) return 'is halted';
  if (chain.isHeld) return 'is on hold';
  if (chain.finalizedTimestamp === null) return 'has no finalized block yet';
  if (chain.finalizedTimestamp < oldest) return 'is behind';
  return null;
}
