import { Controller, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { JourneyService } from '#bridging';
import { FreshnessService } from '../freshness/freshness.service.js';
import { found, RequestInvalid } from '../http/request-errors.js';
import { ReadRoute } from '../http/route.js';
import {
  JourneyDetailDto,
  journeyDto,
  JourneyParams,
  JourneysDto,
  JourneysQuery,
} from './journeys.dto.js';

@ApiTags('journeys')
@Controller({ path: 'journeys', version: '1' })
export class JourneysController {
  constructor(
    private readonly journeys: JourneyService,
    private readonly freshness: FreshnessService,
  ) {}

  @ReadRoute({
    operationId: 'listJourneys',
    summary: 'Positions that change chains, newest first.',
    response: JourneysDto,
    takesQuery: true,
  })
  async list(@Query() query: JourneysQuery): Promise<JourneysDto> {
    const { before, limit } = query;
    if (before !== undefined && (await this.journeys.byGuid(before)) === undefined) {
      throw new RequestInvalid([{ field: 'before', message: 'is not the guid of a journey' }]);
    }
    const asOf = await this.freshness.asOf();
    const views = await this.journeys.list(query);
    const last = views.length < limit ? undefined : views.at(-1);
    return { items: views.map(journeyDto), nextBefore: last?.guid ?? null, asOf };
  }

  @ReadRoute({
    path: ':guid',
    operationId: 'readJourney',
    summary: 'One journey: where the funds are and what to do next.',
    response: JourneyDetailDto,
    unknown: ['journey.unknown'],
  })
  async read(@Param() { guid }: JourneyParams): Promise<JourneyDetailDto> {
    const asOf = await this.freshness.asOf();
    const journey = await this.journeys.byGuid(guid);
    const view = found(journey, 'journey', `No position moved with packet ${guid}.`);
    return { ...journeyDto(view), asOf };
  }
}
