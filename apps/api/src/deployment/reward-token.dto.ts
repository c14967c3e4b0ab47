import type { Deployment } from '#config';
import { ApiInt, ApiText } from '../http/response-fields.js';

export class RewardTokenDto {
  @ApiText()
  readonly symbol!: string;

  @ApiInt({ description: 'Decimals of amounts in wei.' })
  readonly decimals!: number;

  @ApiInt({ description: 'Decimals of amounts that end in SD.' })
  readonly sharedDecimals!: number;
}

export function rewardTokenDto({ rewardToken }: Deployment): RewardTokenDto {
  const { symbol, decimals, sharedDecimals } = rewardToken;
  return { symbol, decimals, sharedDecimals };
}
