import { Injectable } from '@nestjs/common';
import type { ChainLog } from '#chain';
import { AppConfig, type ChainDeployment } from '#config';
import { LogProjector, type LogSequence, type LogSource } from '#indexer';
import type { Address } from '#kernel';
import {
  BRIDGE_TOPICS,
  decodeBridgeLog,
  partiesOf,
  sequenceOfBridgeLog,
} from './decode-bridge-log.js';

export const JOURNEY_PREFIX = 'journey:';
export const USER_PREFIX = 'user:';

/** Files the logs of the position bridges under their journey and under everybody concerned. */
@Injectable()
export class JourneysProjector extends LogProjector {
  private readonly bridges: ReadonlyMap<number, Address>;

  constructor(config: AppConfig) {
    super();
    const { chains } = config.deployment;
    this.bridges = new Map(chains.map((chain) => [chain.chainId, chain.contracts.bridge]));
  }

  override sources(chain: ChainDeployment): readonly LogSource[] {
    return [{ address: chain.contracts.bridge, topics0: BRIDGE_TOPICS }];
  }

  override subjectsOf(log: ChainLog): readonly string[] {
    if (log.address !== this.bridges.get(log.chainId)) return [];
    const found = decodeBridgeLog(log);
    if (found === undefined) return [];
    return [
      `${JOURNEY_PREFIX}${found.guid}`,
      ...partiesOf(found).map((account) => `${USER_PREFIX}${account}`),
    ];
  }

  override sequenceOf(log: ChainLog): LogSequence | undefined {
    if (log.address !== this.bridges.get(log.chainId)) return undefined;
    const seq = sequenceOfBridgeLog(log);
    return seq === undefined ? undefined : { contract: log.address, seq };
  }
}
