import { parseEther } from 'viem';
import { accountOf } from '../accounts.js';
import { CHAINS, type ChainKey, remotesOf } from '../topology.js';
import type { ChainContracts } from './chain-contracts.js';
import type { Contract, DeployPlan } from './deploy-plan.js';

/** Most that is credited, or leaves, at once; all of it comes back within `WINDOW_SECONDS`. */
const LIMIT = parseEther('1000000');
/** What comes from the hub begins with all that a spoke hands out. */
const LIMIT_FROM_HUB = parseEther('30000000');
/** Short enough to see a limit come back. */
const WINDOW_SECONDS = 120;
/** A sentinel's time; the contracts allow 90 days. */
const SENTINEL_SECONDS = 80 * 24 * 3_600;

/** Most reward tokens that a chain credits at once of what `from` sends. */
export function inboundLimitOf(from: ChainKey): bigint {
  return from === 'hub' ? LIMIT_FROM_HUB : LIMIT;
}

/** Plans how much a chain lets in and out, before its contracts change hands. */
export function planLimits(plan: DeployPlan, { reward, delta, bridge }: ChainContracts): void {
  for (const remote of remotesOf(plan.chain.spec.key)) {
    const { eid } = CHAINS[remote];
    plan.call(reward, 'setInboundLimit', [eid, inboundLimitOf(remote), WINDOW_SECONDS]);
    for (const token of [reward, delta]) {
      plan.call(bridge, 'setOutflowLimit', [token.address, eid, LIMIT, WINDOW_SECONDS]);
    }
  }
}

/**
 * Plans who may stop what, before the contracts change hands. Contracts whose guardian their
 * constructor takes have one already.
 */
export function planPauseRoles(options: {
  readonly plan: DeployPlan;
  readonly contracts: ChainContracts;
  /** What there is on this chain alone. */
  readonly others: readonly Contract[];
  /** Chain time, seconds. */
  readonly now: number;
}): void {
  const { plan, contracts, others, now } = options;
  const { reward, farms, receiver, bridge } = contracts;
  plan.call(reward, 'setGuardian', [accountOf('guardian').address]);
  for (const contract of [reward, farms, receiver, bridge, ...others]) {
    const sentinel = accountOf('sentinel').address;
    plan.call(contract, 'setSentinel', [sentinel, now + SENTINEL_SECONDS]);
  }
}
