import { Injectable } from '@nestjs/common';
import { AppConfig } from '#config';
import { type ChainCursor, LogStore } from '#indexer';
import type { AsOfDto } from './as-of.dto.js';

/** Says as of which block of each chain an answer is true. */
@Injectable()
export class FreshnessService {
  constructor(
    private readonly config: AppConfig,
    private readonly logs: LogStore,
  ) {}

  /** One entry per configured chain, in the order of the deployment. */
  async asOf(): Promise<readonly AsOfDto[]> {
    const cursors = new Map((await this.logs.cursors()).map((cursor) => [cursor.chainId, cursor]));
    return this.config.deployment.chains.map(({ key, chainId }) =>
      asOfDto({ chainKey: key, chainId, cursor: cursors.get(chainId) }),
    );
  }
}

function asOfDto(options: {
  readonly chainKey: string;
  readonly chainId: number;
  readonly cursor: ChainCursor | undefined;
}): AsOfDto {
  const { chainKey, chainId, cursor } = options;
  return {
    chainKey,
    chainId,
    asOfBlock: cursor?.cursorBlock ?? null,
    asOfTimestamp: cursor?.cursorTimestamp ?? null,
    finalizedBlock: cursor?.finalizedBlock ?? null,
    haltedReason: cursor?.haltedReason ?? null,
  };
}
