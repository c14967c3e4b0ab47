import { ChainRegistry, TransactionSender } from '#chain';
import { IndexerService } from '#indexer';
import type { ChainId } from '#kernel';
import { PacketWitness } from '#messaging';
import { RewardsPoster } from '#rewards';
import { Injectable } from '@nestjs/common';

/** What is done for a chain in every round, in this order. */
@Injectable()
export class ChainRound {
  constructor(
    readonly chains: ChainRegistry,
    private readonly indexer: IndexerService,
    private readonly witness: PacketWitness,
    private readonly poster: RewardsPoster,
    private readonly sender: TransactionSender,
  ) {}

  /**
   * Indexes, notes what may still vanish, posts what became final, and follows our transactions.
   * Each step starts from what is stored, so a round that fails half-way is simply done again.
   */
  async run(chainId: ChainId): Promise<void> {
    const { status } = await this.indexer.tick(chainId);
    // What is stored of a halted chain may contradict it: nothing more is derived from it.
    if (status === 'halted') return;
    await this.witness.observe(chainId);
    await this.poster.tick(chainId);
    await this.sender.advance(chainId);
  }
}
