import { Controller, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { AppConfig } from '#config';
import { HoldStore } from '#ledger';
import { RewardsService } from '#rewards';
import { ChainLookup } from '../deployment/chain-lookup.js';
import { FreshnessService } from '../freshness/freshness.service.js';
import { rewardTokenDto } from '../deployment/reward-token.dto.js';
import { ReadRoute } from '../http/route.js';
import { journalDto } from '../ledger/ledger-dto.js';
import {
  holdsOn,
  rewardDto,
  RewardsAtDto,
  RewardsAtQuery,
  RewardsDto,
  RewardsParams,
  RewardsQuery,
  rewardTotalsDto,
} from './rewards.dto.js';

@ApiTags('rewards')
@Controller({ path: 'rewards', version: '1' })
export class RewardsController {
  private readonly keyOf = (chainId: number): string => this.chains.keyOf(chainId);

  constructor(
    private readonly config: AppConfig,
    private readonly rewards: RewardsService,
    private readonly holds: HoldStore,
    private readonly chains: ChainLookup,
    private readonly freshness: FreshnessService,
  ) {}

  @ReadRoute({
    path: ':user',
    operationId: 'readRewards',
    summary: 'What a user earned and claimed on every chain, with the journals behind it.',
    response: RewardsDto,
    takesQuery: true,
  })
  async read(@Param() { user }: RewardsParams, @Query() query: RewardsQuery): Promise<RewardsDto> {
    const { view, limit, before } = query;
    const asOf = await this.freshness.asOf();
    const rewards = await this.rewards.of(user, view);
    const journals = await this.rewards.statement({ user, limit, before });
    const last = journals.length < limit ? undefined : journals.at(-1);
    return {
      user,
      items: rewards.map(rewardDto),
      totals: rewardTotalsDto(rewards),
      statement: journals.map((journal) => journalDto(journal, this.keyOf)),
      nextBefore: last?.id ?? null,
      holds: holdsOn(user, await this.holds.open(), this.keyOf),
      rewardToken: rewardTokenDto(this.config.deployment),
      asOf,
    };
  }

  @ReadRoute({
    path: ':user/at',
    operationId: 'readRewardsAt',
    summary: 'What a user had earned and claimed on one chain at the end of any posted block.',
    response: RewardsAtDto,
    takesQuery: true,
    unknown: ['chain.unknown', 'block.unknown'],
    unavailable: 'No node shows the block.',
  })
  async readAt(
    @Param() { user }: RewardsParams,
    @Query() query: RewardsAtQuery,
  ): Promise<RewardsAtDto> {
    const { chainId, key: chainKey } = this.chains.chain(query.chain);
    const rewards = await this.rewards.at({ user, chainId, block: query.atBlock });
    return {
      user,
      chainKey,
      asOfBlock: query.atBlock,
      items: rewards.map(rewardDto),
      totals: rewardTotalsDto(rewards),
      rewardToken: rewardTokenDto(this.config.deployment),
    };
  }
}
