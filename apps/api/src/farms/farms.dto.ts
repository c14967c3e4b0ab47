import type { FarmView, PositionView, ViewKind } from '#farms';
import type { Address } from '#kernel';
import {
  AddressField,
  ChainField,
  ChoiceField,
  IdField,
  LIMIT_DEFAULT,
  LimitField,
} from '../http/request-fields.js';
import {
  ApiAddress,
  ApiAmount,
  ApiBlock,
  ApiChoice,
  ApiFlag,
  ApiInt,
  ApiList,
  ApiObject,
  ApiText,
  ApiTime,
} from '../http/response-fields.js';
import { AsOfDto } from '../freshness/as-of.dto.js';
import type { Fields } from '../http/fields.js';
import { RewardTokenDto } from '../deployment/reward-token.dto.js';

const VIEWS = ['final', 'provisional'] as const satisfies readonly ViewKind[];

const VIEW_TEXT = 'Whether blocks that may still be replaced count.';
const CHAIN_TEXT = 'Chain by key, number or CAIP-2 id.';

export class ViewQuery {
  @ChoiceField({ description: VIEW_TEXT, choices: VIEWS, fallback: 'final', isOptional: true })
  readonly view: ViewKind = 'final';
}

export class FarmsQuery extends ViewQuery {
  @ChainField({ description: CHAIN_TEXT, isOptional: true })
  readonly chain?: string;
}

export class FarmParams {
  @ChainField({ description: CHAIN_TEXT })
  readonly chain!: string;

  @IdField({ description: 'Farm number on its chain.' })
  readonly farmId!: number;
}

export class PositionsQuery extends ViewQuery {
  @AddressField({ description: 'Owner of the positions.', isOptional: true })
  readonly user?: Address;

  @ChainField({ description: CHAIN_TEXT, isOptional: true })
  readonly chain?: string;

  @IdField({ description: 'Farm number; needs `chain`.', isOptional: true })
  readonly farmId?: number;

  @LimitField()
  readonly limit: number = LIMIT_DEFAULT;
}

export class FarmDto {
  @ApiText()
  readonly chainKey!: string;

  @ApiInt()
  readonly chainId!: number;

  @ApiInt()
  readonly farmId!: number;

  @ApiText()
  readonly label!: string;

  @ApiAddress()
  readonly stakeToken!: string;

  @ApiText()
  readonly stakeSymbol!: string;

  @ApiInt()
  readonly stakeDecimals!: number;

  @ApiFlag({ description: 'Whether positions can change chains.' })
  readonly movable!: boolean;

  @ApiChoice(['active', 'ended'])
  readonly state!: string;

  @ApiAmount({ description: 'Stake token units.' })
  readonly totalStaked!: string;

  @ApiAmount({
    description: 'Reward per second in units of 2^-16 wei; 0 once the stream has ended.',
  })
  readonly ratePerSecondX16!: string;

  @ApiAmount({ description: 'Reward per second, wei, rounded down.' })
  readonly rateWeiPerSecond!: string;

  @ApiTime({ nullable: true, description: 'When the stream ends; null when there was none.' })
  readonly endAt!: number | null;

  @ApiAmount({ description: 'Wei ever put into the stream, less what was taken back.' })
  readonly funded!: string;

  @ApiAmount({ description: 'Wei emitted while nobody was staked.' })
  readonly undistributedWei!: string;

  @ApiBlock()
  readonly asOfBlock!: number;

  @ApiTime()
  readonly asOfTimestamp!: number;

  @ApiFlag({ description: 'Whether the block can no longer be replaced.' })
  readonly isFinal!: boolean;
}

export class FarmsDto {
  @ApiList(FarmDto)
  readonly items!: readonly FarmDto[];

  @ApiObject(RewardTokenDto)
  readonly rewardToken!: RewardTokenDto;

  @ApiList(AsOfDto)
  readonly asOf!: readonly AsOfDto[];
}

export class FarmDetailDto extends FarmDto {
  @ApiObject(RewardTokenDto)
  readonly rewardToken!: RewardTokenDto;

  @ApiList(AsOfDto)
  readonly asOf!: readonly AsOfDto[];
}

export class PositionDto {
  @ApiText()
  readonly chainKey!: string;

  @ApiInt()
  readonly chainId!: number;

  @ApiInt()
  readonly farmId!: number;

  @ApiAddress()
  readonly user!: string;

  @ApiAmount({ description: 'Stake token units.' })
  readonly staked!: string;

  @ApiAmount({ description: 'Wei the user could claim at `asOfTimestamp`.' })
  readonly earned!: string;

  @ApiAmount({ description: 'Wei the user has claimed.' })
  readonly claimed!: string;

  @ApiBlock()
  readonly asOfBlock!: number;

  @ApiTime()
  readonly asOfTimestamp!: number;

  @ApiFlag({ description: 'Whether the block can no longer be replaced.' })
  readonly isFinal!: boolean;
}

export class PositionsDto {
  @ApiList(PositionDto)
  readonly items!: readonly PositionDto[];

  @ApiInt({ description: 'Positions that match; more than `items` when `limit` cut the list.' })
  readonly total!: number;

  @ApiObject(RewardTokenDto)
  readonly rewardToken!: RewardTokenDto;

  @ApiList(AsOfDto)
  readonly asOf!: readonly AsOfDto[];
}

export function farmDto(farm: FarmView): Fields<FarmDto> {
  return {
    chainKey: farm.chainKey,
    chainId: farm.chainId,
    farmId: farm.farmId,
    label: farm.label,
    stakeToken: farm.stakeToken,
    stakeSymbol: farm.stakeSymbol,
    stakeDecimals: farm.stakeDecimals,
    movable: farm.movable,
    state: farm.state,
    totalStaked: farm.totalStaked.toString(),
    ratePerSecondX16: farm.ratePerSecondX16.toString(),
    rateWeiPerSecond: farm.rateWeiPerSecond.toString(),
    endAt: farm.endAt === 0 ? null : farm.endAt,
    funded: farm.funded.toString(),
    undistributedWei: farm.undistributedWei.toString(),
    asOfBlock: farm.asOfBlock,
    asOfTimestamp: farm.asOfTimestamp,
    isFinal: farm.isFinal,
  };
}

export function positionDto(position: PositionView): Fields<PositionDto> {
  return {
    chainKey: position.chainKey,
    chainId: position.chainId,
    farmId: position.farmId,
    user: position.user,
    staked: position.staked.toString(),
    earned: position.earned.toString(),
    claimed: position.claimed.toString(),
    asOfBlock: position.asOfBlock,
    asOfTimestamp: position.asOfTimestamp,
    isFinal: position.isFinal,
  };
}
