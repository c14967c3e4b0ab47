import type { ChainLog } from '#chain';
import { AppConfig, type ChainDeployment } from '#config';
import { LogProjector, type LogSource } from '#indexer';
import type { Address } from '#kernel';
import { Injectable } from '@nestjs/common';
import { decodeGovernorLog, GOVERNOR_TOPICS } from './decode-governor-log.js';

export const PROPOSAL_PREFIX = 'proposal:';

/** Files the logs of the governor under their proposal. */
@Injectable()
export class ProposalsProjector extends LogProjector {
  private readonly governors: ReadonlyMap<number, Address | undefined>;

  constructor(config: AppConfig) {
    super();
    const { chains } = config.deployment;
    this.governors = new Map(chains.map((chain) => [chain.chainId, chain.contracts.governor]));
  }

  override sources(chain: ChainDeployment): readonly LogSource[] {
    const { governor } = chain.contracts;
    return governor === undefined ? [] : [{ address: governor, topics0: GOVERNOR_TOPICS }];
  }

  override subjectsOf(log: ChainLog): readonly string[] {
    if (log.address !== this.governors.get(log.chainId)) return [];
    const found = decodeGovernorLog(log);
    return found === undefined ? [] : [`${PROPOSAL_PREFIX}${found.id}`];
  }
}
