import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { AppConfig } from '#config';
import { FreshnessService } from '../freshness/freshness.service.js';
import { rewardTokenDto } from '../deployment/reward-token.dto.js';
import { ReadRoute } from '../http/route.js';
import { chainDto, ChainsDto } from './chains.dto.js';

@ApiTags('chains')
@Controller({ path: 'chains', version: '1' })
export class ChainsController {
  constructor(
    private readonly config: AppConfig,
    private readonly freshness: FreshnessService,
  ) {}

  @ReadRoute({
    operationId: 'listChains',
    summary: 'The chains of the deployment and how far each is indexed.',
    response: ChainsDto,
  })
  async list(): Promise<ChainsDto> {
    const { deployment } = this.config;
    const asOf = await this.freshness.asOf();
    return {
      deployment: deployment.name,
      rewardToken: rewardTokenDto(deployment),
      epochGenesis: deployment.epoch.genesis,
      epochDurationSeconds: deployment.epoch.durationSeconds,
      items: deployment.chains.flatMap((chain) => {
        const own = asOf.find(({ chainId }) => chainId === chain.chainId);
        return own === undefined ? [] : [chainDto({ chain, deployment, asOf: own })];
      }),
    };
  }
}
