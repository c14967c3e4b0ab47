import { Controller, Res } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { ReadRoute } from '../http/route.js';
import { LiveDto, ReadinessDto } from './health.dto.js';
import { HealthService } from './health.service.js';

@ApiTags('health')
@Controller({ path: 'health', version: '1' })
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @ReadRoute({
    operationId: 'readLiveness',
    summary: 'The process runs.',
    response: LiveDto,
  })
  live(): LiveDto {
    return { status: 'ok', uptimeSeconds: Math.floor(process.uptime()) };
  }

  @ReadRoute({
    path: 'ready',
    operationId: 'readReadiness',
    summary: 'Whether the database answers and every chain is followed.',
    description: 'A chain that lags, is halted or cannot be read degrades the answer, still 200.',
    response: ReadinessDto,
  })
  @ApiResponse({ status: 503, type: ReadinessDto, description: 'The database does not answer.' })
  async ready(@Res({ passthrough: true }) response: Response): Promise<ReadinessDto> {
    const readiness = await this.health.ready();
    if (readiness.status === 'down') response.status(503);
    return readiness;
  }
}
