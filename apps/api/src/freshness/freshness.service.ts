import { Injectable } from '@nestjs/common';
import { AppConfig } from '#config';
import { type ChainCursor, type ChainWatch, LogStore } from '#indexer';
import { RewardsService } from '#rewards';
import type { Fields } from '../http/fields.js';
import type { AsOfDto } from './as-of.dto.js';

/** Says as of which block of each chain an answer is true. */
@Injectable()
export class FreshnessService {
  constructor(
    private readonly config: AppConfig,
    private readonly logs: LogStore,
    private readonly rewards: RewardsService,
  ) {}

  /** The same for what is read from the ledger, which follows the final blocks. */
  async ledgerAsOf(): Promise<readonly Fields<AsOfDto>[]> {
    const posted = new Map(
      (await this.rewards.status()).map((status) => [status.chainKey, status]),
    );
    return (await this.asOf()).map((chain) => ({
      ...chain,
      asOfBlock: posted.get(chain.chainKey)?.postedBlock ?? null,
      asOfTimestamp: posted.get(chain.chainKey)?.postedTimestamp ?? null,
    }));
  }

  /** One entry per configured chain, in the order of the deployment. */
  async asOf(): Promise<readonly Fields<AsOfDto>[]> {
    const cursors = new Map((await this.logs.cursors()).map((cursor) => [cursor.chainId, cursor]));
    const watches = await this.logs.watches();
    return this.config.deployment.chains.map(({ key: chainKey, chainId }) =>
      asOfDto({ chainKey, chainId, cursor: cursors.get(chainId), watch: watches.get(chainId) }),
    );
  }
}

/** Newest final block of the index; -1 in the cursor means that none is. */
export function finalizedBlockOf(cursor: ChainCursor | undefined): number | null {
  return cursor === undefined || cursor.finalizedBlock < 0 ? null : cursor.finalizedBlock;
}

function asOfDto(options: {
  readonly chainKey: string;
  readonly chainId: number;
  readonly cursor: ChainCursor | undefined;
  readonly watch: ChainWatch | undefined;
}): Fields<AsOfDto> {
  const { chainKey, chainId, cursor, watch } = options;
  const { stalledSince = null, stalledReason = null } = watch ?? {};
  return {
    chainKey,
    chainId,
    asOfBlock: cursor?.cursorBlock ?? null,
    asOfTimestamp: cursor?.cursorTimestamp ?? null,
    finalizedBlock: finalizedBlockOf(cursor),
    haltedReason: cursor?.haltedReason ?? null,
    staleSince: stalledSince === null ? null : Math.floor(stalledSince.getTime() / 1_000),
    staleReason: stalledReason,
  };
}
