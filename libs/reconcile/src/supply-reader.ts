import { Injectable } from '@nestjs/common';
import type { ChainClient } from '#chain';
import { LogStore } from '#indexer';
import { sumOf } from '#kernel';
import { readTransferFact } from '#rewards';
import { chainSupply, type ChainSupply, type TokenReading } from './domain/compare-supply.js';

/** Puts what a chain says of the reward token beside what the index saw cross the bridge. */
@Injectable()
export class SupplyReader {
  constructor(private readonly logs: LogStore) {}

  async read(chain: ChainClient, block: number, reading: TokenReading): Promise<ChainSupply> {
    const { chainId, key: chainKey, deployment } = chain;
    const addresses = [deployment.contracts.rewardToken];
    const logs = await this.logs.finalRange({ chainId, afterBlock: -1, toBlock: block, addresses });
    const transfers = logs.map(readTransferFact).filter((fact) => fact !== undefined);
    const amountOf = (kind: 'tokens-sent' | 'tokens-received'): bigint =>
      sumOf(transfers.filter((fact) => fact.kind === kind).map(({ amount }) => amount));
    const [sent, received] = [amountOf('tokens-sent'), amountOf('tokens-received')];
    return chainSupply({ chainKey, block, reading, sent, received });
  }
}
