import { Controller, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { AppConfig } from '#config';
import { EpochsService } from '#emission';
import { ChainLookup } from '../deployment/chain-lookup.js';
import { FreshnessService } from '../freshness/freshness.service.js';
import { rewardTokenDto } from '../deployment/reward-token.dto.js';
import { found } from '../http/request-errors.js';
import { ReadRoute } from '../http/route.js';
import { EpochDetailDto, EpochParams, EpochsDto, EpochsQuery } from './epochs.dto.js';
import { epochClockDto, epochDto } from './epoch-dto.js';

@ApiTags('emission')
@Controller({ path: 'epochs', version: '1' })
export class EpochsController {
  private readonly keyOfEid = (eid: number): string | null => this.chains.keyOfEid(eid);

  constructor(
    private readonly config: AppConfig,
    private readonly epochs: EpochsService,
    private readonly chains: ChainLookup,
    private readonly freshness: FreshnessService,
  ) {}

  @ReadRoute({
    operationId: 'listEpochs',
    summary: 'Decided epochs and what became of their orders.',
    response: EpochsDto,
    takesQuery: true,
  })
  async list(@Query() { limit }: EpochsQuery): Promise<EpochsDto> {
    const asOf = await this.freshness.asOf();
    const views = await this.epochs.list({ limit });
    return {
      current: epochClockDto(await this.epochs.clock()),
      items: views.map((view) => epochDto(view, this.keyOfEid)),
      rewardToken: rewardTokenDto(this.config.deployment),
      asOf,
    };
  }

  @ReadRoute({
    path: ':epoch',
    operationId: 'readEpoch',
    summary: 'One epoch with the evidence it was decided from.',
    response: EpochDetailDto,
    unknown: ['epoch.unknown'],
  })
  async read(@Param() { epoch }: EpochParams): Promise<EpochDetailDto> {
    const asOf = await this.freshness.asOf();
    const view = found(await this.epochs.byEpoch(epoch), 'epoch', `Epoch ${epoch} is not decided.`);
    return {
      ...epochDto(view, this.keyOfEid),
      evidence: view.evidence === null ? null : asObject(JSON.parse(view.evidence)),
      rewardToken: rewardTokenDto(this.config.deployment),
      asOf,
    };
  }
}

/** Stored evidence is an object: its hash was checked against the chain. */
function asObject(value: unknown): Record<string, unknown> | null {
  return value === null || typeof value !== 'object' ? null : { ...value };
}
