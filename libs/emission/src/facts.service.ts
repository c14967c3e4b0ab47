import { ChainRegistry } from '#chain';
import { AppConfig, type ChainDeployment } from '#config';
import { FarmsService, type FarmView } from '#farms';
import { LogStore } from '#indexer';
import { RetryableError } from '#kernel';
import { Injectable } from '@nestjs/common';
import { EmissionHolds } from './emission-holds.js';
import type { ChainFreshness } from './domain/epoch-schedule.js';
import type { ChainFacts } from './domain/facts.js';

/** Collects what an epoch is decided from: final farm totals, pinned to one block a chain. */
@Injectable()
export class FactsService {
  private readonly chains: readonly ChainDeployment[];
  private readonly hubKey: string;

  constructor(
    config: AppConfig,
    private readonly registry: ChainRegistry,
    private readonly logs: LogStore,
    private readonly farms: FarmsService,
    private readonly holds: EmissionHolds,
  ) {
    this.chains = config.deployment.chains;
    this.hubKey = config.deployment.hub;
  }

  /** How far our final view of every chain is. */
  async freshness(): Promise<readonly ChainFreshness[]> {
    const cursors = await this.logs.cursors();
    const held = await this.holds.undecidable();
    return this.chains.map((chain) => {
      const cursor = cursors.find(({ chainId }) => chainId === chain.chainId);
      return {
        key: chain.key,
        isHub: chain.key === this.hubKey,
        isHalted: cursor !== undefined && cursor.haltedReason !== null,
        isHeld: held.has(chain.chainId),
        finalizedTimestamp: cursor?.finalizedTimestamp ?? null,
      };
    });
  }

  /**
   * Facts of every chain; those in `missing` come out without any and with the reason.
   *
   * @throws {RetryableError} when a node fails or the final view moved while it was read.
   */
  async collect(missing: ReadonlyMap<string, string>): Promise<readonly ChainFacts[]> {
    const cursors = await this.logs.cursors();
    const views = await this.farms.farms({ view: 'final' });
    return Promise.all(
      this.chains.map(async (chain) => {
        const { key: chainKey, chainId, eid } = chain;
        const reason = missing.get(chainKey);
        const finalized = cursors.find((cursor) => cursor.chainId === chainId)?.finalizedBlock;
        if (reason !== undefined || finalized === undefined) {
          return unknownFacts(chain, reason ?? 'has no finalized block yet');
        }
        const own = views.filter((view) => view.chainId === chainId);
        const number = pinnedBlock(chain, finalized, own);
        return {
          chainKey,
          chainId,
          eid,
          block: await this.block(chain, number),
          missing: null,
          farms: own.map((view) => farmFacts(chain, view)),
        };
      }),
    );
  }

  private async block(chain: ChainDeployment, number: number) {
    const block = await this.registry.byId(chain.chainId).blockByNumber(number);
    if (block === undefined) throw new RetryableError(`${chain.key} does not show block ${number}`);
    return { number: block.number, hash: block.hash, timestamp: block.timestamp };
  }
}

function unknownFacts(chain: ChainDeployment, missing: string): ChainFacts {
  const { key: chainKey, chainId, eid } = chain;
  return { chainKey, chainId, eid, block: null, missing, farms: [] };
}

/** All farms of a chain are read in one statement, so they are as of one block. */
function pinnedBlock(
  chain: ChainDeployment,
  finalized: number,
  views: readonly FarmView[],
): number {
  const blocks = new Set(views.map(({ asOfBlock }) => asOfBlock));
  if (blocks.size > 1) throw new RetryableError(`the farms of ${chain.key} moved while being read`);
  return views.at(0)?.asOfBlock ?? finalized;
}

function farmFacts(chain: ChainDeployment, view: FarmView) {
  const declared = chain.farms.find(({ farmId }) => farmId === view.farmId);
  return {
    farmId: view.farmId,
    isActive: view.state === 'active',
    staked: view.totalStaked,
    stakeDecimals: view.stakeDecimals,
    valuePerTokenMicro: declared?.valuePerTokenMicro ?? null,
  };
}
