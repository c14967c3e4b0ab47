import { Controller, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ProposalService } from '#governance';
import { FreshnessService } from '../freshness/freshness.service.js';
import { found, RequestInvalid } from '../http/request-errors.js';
import { ReadRoute } from '../http/route.js';
import {
  ProposalDetailDto,
  ProposalParams,
  ProposalsDto,
  ProposalsQuery,
} from './proposals.dto.js';
import { proposalDto } from './proposal-dto.js';

const HUB_DOWN = 'The hub cannot be asked for the quorum: `unavailable`.';

@ApiTags('governance')
@Controller({ path: 'proposals', version: '1' })
export class ProposalsController {
  constructor(
    private readonly proposals: ProposalService,
    private readonly freshness: FreshnessService,
  ) {}

  @ReadRoute({
    operationId: 'listProposals',
    summary: 'Governance proposals.',
    response: ProposalsDto,
    takesQuery: true,
    unavailable: HUB_DOWN,
  })
  async list(@Query() query: ProposalsQuery): Promise<ProposalsDto> {
    const { before, limit } = query;
    if (before !== undefined && (await this.proposals.byId(before)) === undefined) {
      throw new RequestInvalid([{ field: 'before', message: 'is not the number of a proposal' }]);
    }
    const asOf = await this.freshness.asOf();
    const views = await this.proposals.list(query);
    const last = views.length < limit ? undefined : views.at(-1);
    return { items: views.map(proposalDto), nextBefore: last?.id ?? null, asOf };
  }

  @ReadRoute({
    path: ':id',
    operationId: 'readProposal',
    summary: 'One proposal and whether its effect is seen on every chain.',
    response: ProposalDetailDto,
    unknown: ['proposal.unknown'],
    unavailable: HUB_DOWN,
  })
  async read(@Param() { id }: ProposalParams): Promise<ProposalDetailDto> {
    const asOf = await this.freshness.asOf();
    const view = found(await this.proposals.byId(id), 'proposal', `There is no proposal ${id}.`);
    return { ...proposalDto(view), asOf };
  }
}
