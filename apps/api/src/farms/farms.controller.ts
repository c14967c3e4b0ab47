import { Controller, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { AppConfig } from '#config';
import { FarmsService } from '#farms';
import { ChainLookup } from '../deployment/chain-lookup.js';
import { FreshnessService } from '../freshness/freshness.service.js';
import { rewardTokenDto } from '../deployment/reward-token.dto.js';
import { found } from '../http/request-errors.js';
import { ReadRoute } from '../http/route.js';
import {
  FarmDetailDto,
  farmDto,
  FarmParams,
  FarmsDto,
  FarmsQuery,
  ViewQuery,
} from './farms.dto.js';

@ApiTags('farms')
@Controller({ path: 'farms', version: '1' })
export class FarmsController {
  constructor(
    private readonly config: AppConfig,
    private readonly farms: FarmsService,
    private readonly chains: ChainLookup,
    private readonly freshness: FreshnessService,
  ) {}

  @ReadRoute({
    operationId: 'listFarms',
    summary: 'The farms of every chain.',
    response: FarmsDto,
    takesQuery: true,
    unknown: ['chain.unknown'],
  })
  async list(@Query() query: FarmsQuery): Promise<FarmsDto> {
    const chain = this.chains.optionalChain(query.chain);
    const asOf = await this.freshness.asOf();
    const farms = await this.farms.farms({ view: query.view, chainId: chain?.chainId });
    return {
      items: farms.map(farmDto),
      rewardToken: rewardTokenDto(this.config.deployment),
      asOf,
    };
  }

  @ReadRoute({
    path: ':chain/:farmId',
    operationId: 'readFarm',
    summary: 'One farm.',
    response: FarmDetailDto,
    takesQuery: true,
    unknown: ['chain.unknown', 'farm.unknown'],
  })
  async read(@Param() params: FarmParams, @Query() query: ViewQuery): Promise<FarmDetailDto> {
    const { chainId, name } = this.chains.chain(params.chain);
    const asOf = await this.freshness.asOf();
    const farms = await this.farms.farms({ view: query.view, chainId });
    const farm = found(
      farms.find(({ farmId }) => farmId === params.farmId),
      'farm',
      `${name} shows no farm ${params.farmId}.`,
    );
    return { ...farmDto(farm), rewardToken: rewardTokenDto(this.config.deployment), asOf };
  }
}
