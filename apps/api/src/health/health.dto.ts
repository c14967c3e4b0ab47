import {
  ApiBlock,
  ApiChoice,
  ApiInt,
  ApiList,
  ApiObject,
  ApiText,
  ApiTime,
} from '../http/response-fields.js';

export const READINESS = ['ok', 'degraded', 'down'] as const;
export type Readiness = (typeof READINESS)[number];

export const CHAIN_HEALTH = [
  'ok',
  'waiting',
  'failing',
  'lagging',
  'unreachable',
  'halted',
] as const;
export type ChainHealth = (typeof CHAIN_HEALTH)[number];

export class LiveDto {
  @ApiChoice(['ok'])
  readonly status!: 'ok';

  @ApiInt({ description: 'Seconds since the process started.' })
  readonly uptimeSeconds!: number;
}

export class DatabaseHealthDto {
  @ApiChoice(['ok', 'down'])
  readonly status!: 'ok' | 'down';

  @ApiText({ nullable: true })
  readonly lastError!: string | null;
}

export class ChainHealthDto {
  @ApiText()
  readonly chainKey!: string;

  @ApiInt()
  readonly chainId!: number;

  @ApiChoice(CHAIN_HEALTH, {
    description:
      '`waiting`: nothing is indexed yet; `failing`: the last round failed; `halted`: the chain is no longer followed.',
  })
  readonly status!: ChainHealth;

  @ApiBlock({ nullable: true, description: 'Newest block the chain itself reports now.' })
  readonly headBlock!: number | null;

  @ApiBlock({ nullable: true })
  readonly indexedBlock!: number | null;

  @ApiBlock({ nullable: true })
  readonly finalizedBlock!: number | null;

  @ApiTime({ nullable: true, description: 'Time of the newest indexed block.' })
  readonly indexedTimestamp!: number | null;

  @ApiInt({ nullable: true, description: 'Blocks between head and index.' })
  readonly lagBlocks!: number | null;

  @ApiInt({ nullable: true, description: 'Chain seconds between head and index.' })
  readonly lagSeconds!: number | null;

  @ApiText({ nullable: true })
  readonly haltedReason!: string | null;

  @ApiText({
    nullable: true,
    description: 'Why the chain cannot be read now, or why the last round of the index failed.',
  })
  readonly lastError!: string | null;

  @ApiTime({
    nullable: true,
    description: 'Since when nothing new is believed of this chain, and so nothing is credited.',
  })
  readonly stalledSince!: number | null;

  @ApiInt({ nullable: true, description: 'Speed of an index that is catching up.' })
  readonly blocksPerSecond!: number | null;

  @ApiInt({ nullable: true, description: 'Seconds until it has caught up, at that speed.' })
  readonly etaSeconds!: number | null;

  @ApiInt({ description: 'Endpoints configured for this chain.' })
  readonly endpoints!: number;

  @ApiInt({ description: 'Endpoints that must agree before anything is believed.' })
  readonly quorum!: number;

  @ApiInt({
    nullable: true,
    description: 'Endpoints that were caught with a wrong answer and are not asked any more.',
  })
  readonly endpointsShutOut!: number | null;
}

export class ReadinessDto {
  @ApiChoice(READINESS)
  readonly status!: Readiness;

  @ApiObject(DatabaseHealthDto)
  readonly database!: DatabaseHealthDto;

  @ApiList(ChainHealthDto)
  readonly chains!: readonly ChainHealthDto[];
}
