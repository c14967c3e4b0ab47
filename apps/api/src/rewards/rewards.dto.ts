import { type Address, sumOf } from '#kernel';
import { type Hold, HOLD_SCOPES, type HoldScope } from '#ledger';
import type { RewardView } from '#rewards';
import { AsOfDto } from '../freshness/as-of.dto.js';
import { RewardTokenDto } from '../deployment/reward-token.dto.js';
import { positionDto, PositionDto, ViewQuery } from '../farms/farms.dto.js';
import type { Fields } from '../http/fields.js';
import {
  AddressField,
  ChainField,
  IdField,
  LIMIT_DEFAULT,
  LimitField,
} from '../http/request-fields.js';
import {
  ApiAddress,
  ApiAmount,
  ApiBlock,
  ApiChoice,
  ApiInt,
  ApiList,
  ApiObject,
  ApiText,
} from '../http/response-fields.js';
import { JournalDto } from '../ledger/ledger.dto.js';

export class RewardsParams {
  @AddressField({ description: 'Whose rewards.' })
  readonly user!: Address;
}

export class RewardsQuery extends ViewQuery {
  @LimitField()
  readonly limit: number = LIMIT_DEFAULT;

  @IdField({
    description: '`nextBefore` of the page of the statement before.',
    isOptional: true,
    max: Number.MAX_SAFE_INTEGER,
  })
  readonly before?: number;
}

export class RewardsAtQuery {
  @ChainField({ description: 'Chain by key, number or CAIP-2 id.' })
  readonly chain!: string;

  @IdField({ description: 'Block at whose end; final and posted.', max: Number.MAX_SAFE_INTEGER })
  readonly atBlock!: number;
}

export class RewardDto extends PositionDto {
  @ApiAmount({ description: 'Earned and claimed together, wei.' })
  readonly total!: string;

  @ApiAmount({ description: 'Total as of the last journal, wei.' })
  readonly posted!: string;
}

export class RewardTotalsDto {
  @ApiAmount({ description: 'Wei the user could claim.' })
  readonly earned!: string;

  @ApiAmount({ description: 'Wei the user has claimed.' })
  readonly claimed!: string;

  @ApiAmount()
  readonly total!: string;
}

/** Something that a reconciliation found not to equal its chain. */
export class HoldDto {
  @ApiText()
  readonly chainKey!: string;

  @ApiChoice(HOLD_SCOPES)
  readonly scope!: HoldScope;

  @ApiText({ description: 'Farm or `user:farm`; empty for a whole chain.' })
  readonly subject!: string;

  @ApiText({ description: 'What differs and by how much, for a person.' })
  readonly reason!: string;
}

export class RewardsAtDto {
  @ApiAddress()
  readonly user!: string;

  @ApiText()
  readonly chainKey!: string;

  @ApiBlock({ description: 'The block that was asked for.' })
  readonly asOfBlock!: number;

  @ApiList(RewardDto, { description: 'One for each farm the user had staked in by then.' })
  readonly items!: readonly RewardDto[];

  @ApiObject(RewardTotalsDto)
  readonly totals!: RewardTotalsDto;

  @ApiObject(RewardTokenDto)
  readonly rewardToken!: RewardTokenDto;
}

export class RewardsDto {
  @ApiAddress()
  readonly user!: string;

  @ApiList(RewardDto, { description: 'One for each farm the user ever staked in.' })
  readonly items!: readonly RewardDto[];

  @ApiObject(RewardTotalsDto, { description: 'Over all chains, each as of its own block.' })
  readonly totals!: RewardTotalsDto;

  @ApiList(JournalDto, { description: 'Journals that touch accounts of the user, newest first.' })
  readonly statement!: readonly JournalDto[];

  @ApiInt({ nullable: true, description: '`before` of the next page; null on the last.' })
  readonly nextBefore!: number | null;

  @ApiList(HoldDto, {
    description:
      'Why some of these numbers are doubtful; empty when the last comparison was equal.',
  })
  readonly holds!: readonly HoldDto[];

  @ApiObject(RewardTokenDto)
  readonly rewardToken!: RewardTokenDto;

  @ApiList(AsOfDto)
  readonly asOf!: readonly AsOfDto[];
}

export function rewardDto(reward: RewardView): Fields<RewardDto> {
  return {
    ...positionDto(reward),
    total: reward.total.toString(),
    posted: reward.posted.toString(),
  };
}

export function rewardTotalsDto(rewards: readonly RewardView[]): RewardTotalsDto {
  return {
    earned: sumOf(rewards.map(({ earned }) => earned)).toString(),
    claimed: sumOf(rewards.map(({ claimed }) => claimed)).toString(),
    total: sumOf(rewards.map(({ total }) => total)).toString(),
  };
}

/** Holds that make a user's numbers doubtful. */
export function holdsOn(
  user: Address,
  holds: readonly Hold[],
  keyOf: (chainId: number) => string,
): readonly HoldDto[] {
  return holds
    .filter(({ scope, subject }) => {
      if (scope === 'chain' || scope === 'farm') return true;
      return scope === 'account' && subject.startsWith(`${user}:`);
    })
    .map(({ chainId, scope, subject, reason }) => ({
      chainKey: keyOf(chainId),
      scope,
      subject,
      reason,
    }));
}
