import { Injectable } from '@nestjs/common';
import type { ChainLog } from '#chain';
import { AppConfig, type ChainDeployment } from '#config';
import { LogProjector, type LogSource } from '#indexer';
import {
  decodeMessageLog,
  ENDPOINT_TOPICS,
  TOKEN_TOPICS,
  ULN_TOPICS,
} from './decode-message-log.js';
import { OAppBook, tokenContractsOf } from './oapp-book.js';

export const GUID_PREFIX = 'guid:';

/** Files every log about a packet of ours under its guid. */
@Injectable()
export class MessagesProjector extends LogProjector {
  private readonly book: OAppBook;

  constructor(config: AppConfig) {
    super();
    this.book = new OAppBook(config.deployment);
  }

  override sources(chain: ChainDeployment): readonly LogSource[] {
    return [
      { address: chain.contracts.endpoint, topics0: ENDPOINT_TOPICS },
      { address: chain.contracts.receiveUln, topics0: ULN_TOPICS },
      ...tokenContractsOf(chain).map((address) => ({ address, topics0: TOKEN_TOPICS })),
    ];
  }

  override subjectsOf(log: ChainLog): readonly string[] {
    const chain = this.book.chainById(log.chainId);
    if (chain === undefined) return [];
    const found = decodeMessageLog({ log, chain, book: this.book });
    return found === undefined ? [] : [`${GUID_PREFIX}${found.guid}`];
  }
}
