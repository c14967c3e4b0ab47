import { AsOfDto } from '../freshness/as-of.dto.js';
import { RewardTokenDto } from '../deployment/reward-token.dto.js';
import { IdField, LIMIT_DEFAULT, LimitField } from '../http/request-fields.js';
import {
  ApiAmount,
  ApiChoice,
  ApiFlag,
  ApiFree,
  ApiHex,
  ApiInt,
  ApiList,
  ApiObject,
  ApiText,
  ApiTime,
  ApiWord,
} from '../http/response-fields.js';

export class EpochsQuery {
  @LimitField()
  readonly limit: number = LIMIT_DEFAULT;
}

export class EpochParams {
  @IdField({ description: 'Epoch number, counted from 1.' })
  readonly epoch!: number;
}

export class TargetDto {
  @ApiText({ nullable: true, description: 'null when no configured chain has this endpoint id.' })
  readonly chainKey!: string | null;

  @ApiInt()
  readonly eid!: number;

  @ApiInt()
  readonly farmId!: number;

  @ApiAmount({ description: 'What the farm gets in the epoch in total, shared decimals.' })
  readonly amountSD!: string;
}

const ORDER_STATUSES = ['decided', 'dispatched', 'received', 'applied'] as const;

export class OrderDto {
  @ApiText({ nullable: true, description: 'null when no configured chain has this endpoint id.' })
  readonly chainKey!: string | null;

  @ApiInt()
  readonly eid!: number;

  @ApiInt()
  readonly revision!: number;

  @ApiWord({ nullable: true, description: 'Packet of the order; null for the hub.' })
  readonly guid!: string | null;

  @ApiAmount({ description: 'Value sent with the order, shared decimals.' })
  readonly amountSD!: string;

  @ApiChoice(ORDER_STATUSES)
  readonly status!: string;

  @ApiAmount({ description: 'Wei moved from the pot into streams.' })
  readonly appliedNet!: string;

  @ApiAmount({ description: 'Wei left in the pot of the epoch.' })
  readonly pot!: string;

  @ApiWord({ nullable: true, description: 'Transaction of the newest step.' })
  readonly txHash!: string | null;

  @ApiHex({ nullable: true, description: 'Revert data of a dispatch that failed last.' })
  readonly failure!: string | null;

  @ApiFlag()
  readonly isFinal!: boolean;
}

export class EpochClockDto {
  @ApiInt({ description: '0 before genesis.' })
  readonly epoch!: number;

  @ApiTime()
  readonly startsAt!: number;

  @ApiTime()
  readonly endsAt!: number;

  @ApiTime({ description: 'Time of the newest indexed block of the hub.' })
  readonly now!: number;
}

export class EpochDto {
  @ApiInt()
  readonly epoch!: number;

  @ApiInt()
  readonly revision!: number;

  @ApiAmount({ description: 'Shared decimals.' })
  readonly budgetSD!: string;

  @ApiAmount({ description: 'Shared decimals.' })
  readonly allocatedSD!: string;

  @ApiWord({ description: 'keccak256 of the evidence, as recorded on chain.' })
  readonly evidenceHash!: string;

  @ApiFlag({ description: 'Whether the evidence is stored here.' })
  readonly hasEvidence!: boolean;

  @ApiList(TargetDto)
  readonly targets!: readonly TargetDto[];

  @ApiList(OrderDto, { description: 'Newest revision first.' })
  readonly orders!: readonly OrderDto[];

  @ApiTime()
  readonly decidedAt!: number;

  @ApiWord({ description: 'Transaction of the decision.' })
  readonly txHash!: string;

  @ApiFlag()
  readonly isFinal!: boolean;
}

export class EpochsDto {
  @ApiObject(EpochClockDto, {
    nullable: true,
    description: 'The epoch that runs; null until the hub has been indexed.',
  })
  readonly current!: EpochClockDto | null;

  @ApiList(EpochDto, { description: 'Newest first.' })
  readonly items!: readonly EpochDto[];

  @ApiObject(RewardTokenDto)
  readonly rewardToken!: RewardTokenDto;

  @ApiList(AsOfDto)
  readonly asOf!: readonly AsOfDto[];
}

export class EpochDetailDto extends EpochDto {
  @ApiFree({
    nullable: true,
    description: 'Everything the decision was computed from; null when it was decided elsewhere.',
  })
  readonly evidence!: Record<string, unknown> | null;

  @ApiObject(RewardTokenDto)
  readonly rewardToken!: RewardTokenDto;

  @ApiList(AsOfDto)
  readonly asOf!: readonly AsOfDto[];
}
