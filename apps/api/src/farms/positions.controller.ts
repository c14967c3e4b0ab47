import { Controller, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { AppConfig } from '#config';
import { FarmsService } from '#farms';
import { toFarmId } from '#kernel';
import { ChainLookup } from '../deployment/chain-lookup.js';
import { FreshnessService } from '../freshness/freshness.service.js';
import { rewardTokenDto } from '../deployment/reward-token.dto.js';
import { RequestInvalid } from '../http/request-errors.js';
import { ReadRoute } from '../http/route.js';
import { positionDto, PositionsDto, PositionsQuery } from './farms.dto.js';

@ApiTags('farms')
@Controller({ path: 'positions', version: '1' })
export class PositionsController {
  constructor(
    private readonly config: AppConfig,
    private readonly farms: FarmsService,
    private readonly chains: ChainLookup,
    private readonly freshness: FreshnessService,
  ) {}

  @ReadRoute({
    operationId: 'listPositions',
    summary: 'Stakes and what they earned.',
    response: PositionsDto,
    takesQuery: true,
    unknown: ['chain.unknown'],
  })
  async list(@Query() query: PositionsQuery): Promise<PositionsDto> {
    const { user, farmId, limit, view } = query;
    const chain = this.chains.optionalChain(query.chain);
    if (farmId !== undefined && chain === undefined) {
      throw new RequestInvalid([{ field: 'farmId', message: 'needs chain' }]);
    }
    const asOf = await this.freshness.asOf();
    const positions = await this.farms.positions({
      view,
      user,
      chainId: chain?.chainId,
      farmId: farmId === undefined ? undefined : toFarmId(farmId),
    });
    return {
      items: positions.slice(0, limit).map(positionDto),
      total: positions.length,
      rewardToken: rewardTokenDto(this.config.deployment),
      asOf,
    };
  }
}
