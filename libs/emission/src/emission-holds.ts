import { ChainRegistry } from '#chain';
import type { ChainId } from '#kernel';
import { HoldStore } from '#ledger';
import { Injectable } from '@nestjs/common';

/**
 * What a reconciliation that found a difference keeps the emission from doing: deciding on a chain
 * whose totals are doubtful, and paying where the books are.
 */
@Injectable()
export class EmissionHolds {
  constructor(
    private readonly chains: ChainRegistry,
    private readonly holds: HoldStore,
  ) {}

  /** Chains whose farm totals no decision may rest on. */
  async undecidable(): Promise<ReadonlySet<ChainId>> {
    const holds = await this.holds.open({ scopes: ['chain', 'farm'] });
    return new Set(holds.map(({ chainId }) => chainId));
  }

  /** Those of the chains that the order of an epoch may be sent to. */
  async payable(epoch: number, eids: readonly number[]): Promise<readonly number[]> {
    const holds = await this.holds.open({ scopes: ['chain', 'order'] });
    const hubId = this.chains.hub().chainId;
    const held = new Set(
      holds
        .filter(({ scope, subject }) => scope === 'chain' || subject === String(epoch))
        .map(({ chainId }) => chainId),
    );
    // Every order is paid out of the books of the hub.
    if (held.has(hubId)) return [];
    const heldEids = new Set<number>(
      this.chains
        .all()
        .filter(({ chainId }) => held.has(chainId))
        .map(({ eid }) => eid),
    );
    return eids.filter((eid) => !heldEids.has(eid));
  }
}
