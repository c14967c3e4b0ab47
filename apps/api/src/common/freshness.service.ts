import { Injectable } from '@nestjs/common';
import { AppConfig } from '#config';
import { FarmStateStore } from '#farms';
import { type ChainCursor, LogStore } from '#indexer';
import type { Fields } from '../http/fields.js';
import type { AsOfDto } from './as-of.dto.js';

/** Says as of which block of each chain an answer is true. */
@Injectable()
export class FreshnessService {
  constructor(
    private readonly config: AppConfig,
    private readonly logs: LogStore,
    private readonly states: FarmStateStore,
  ) {}

  /** The same for what is read from the ledger, which follows the final blocks. */
  async ledgerAsOf(): Promise<readonly AsOfDto[]> {
    return await Promise.all(
      (await this.asOf()).map(async (chain, index) => {
        const chainId = this.config.deployment.chains[index]?.chainId;
        const posted = chainId === undefined ? undefined : await this.states.cursor(chainId);
        return {
          ...chain,
          asOfBlock: posted?.postedBlock ?? null,
          asOfTimestamp: posted?.postedTimestamp ?? null,
        };
      }),
    );
  }

  /** One entry per configured chain, in the order of the deployment. */
  async asOf(): Promise<readonly Fields<AsOfDto>[]> {
    const cursors = new Map((await this.logs.cursors()).map((cursor) => [cursor.chainId, cursor]));
    return this.config.deployment.chains.map(({ key, chainId }) =>
      asOfDto({ chainKey: key, chainId, cursor: cursors.get(chainId) }),
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
}): Fields<AsOfDto> {
  const { chainKey, chainId, cursor } = options;
  return {
    chainKey,
    chainId,
    asOfBlock: cursor?.cursorBlock ?? null,
    asOfTimestamp: cursor?.cursorTimestamp ?? null,
    finalizedBlock: finalizedBlockOf(cursor),
    haltedReason: cursor?.haltedReason ?? null,
  };
}
