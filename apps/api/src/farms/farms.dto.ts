import type { FarmView, PositionView, StreamView, ViewKind } from '#farms';
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

const FARM_STATES = [
  'active',
  'deposits-paused',
  'ended',
] as const satisfies readonly FarmView['state'][];

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

export class StreamDto {
  @ApiInt({ description: '0 for the emission.' })
  readonly stream!: number;

  @ApiAddress({ description: 'Token it pays.' })
  readonly token!: string;

  @ApiAmount({ description: 'Reward per second, wei, rounded down; 0 once the stream has ended.' })
  readonly rateWeiPerSecond!: string;

  @ApiAmount({ description: 'Most it may ever pay per second, wei.' })
  readonly maxRateWeiPerSecond!: string;

  @ApiAmount({ description: 'Wei not emitted yet.' })
  readonly remainingWei!: string;

  @ApiAmount({ description: 'Wei emitted while nobody was staked.' })
  readonly idleWei!: string;

  @ApiTime({ nullable: true, description: 'When the stream ends; null when there was none.' })
  readonly endAt!: number | null;

  @ApiAmount({ description: 'Wei ever put into the stream, less what was taken back.' })
  readonly funded!: string;
}

export class TierDto {
  @ApiInt({ description: 'Seconds the lock lasts.' })
  readonly term!: number;

  @ApiInt({ description: 'Boost while it lasts, basis points.' })
  readonly boostBps!: number;

  @ApiInt({ description: 'Share of the stake that an earlier exit pays, basis points.' })
  readonly feeBps!: number;
}

export class TenureStepDto {
  @ApiInt({ description: 'Seconds of tenure from which it counts.' })
  readonly minTenure!: number;

  @ApiInt({ description: 'Added to the boost, basis points.' })
  readonly bonusBps!: number;
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

  @ApiChoice(FARM_STATES)
  readonly state!: string;

  @ApiAmount({ description: 'Stake token units.' })
  readonly totalStaked!: string;

  @ApiAmount({ description: 'Stake times boost; rewards are split by it.' })
  readonly totalWeight!: string;

  @ApiFlag({ description: 'Whether stakes can be locked for a boost.' })
  readonly hasTerms!: boolean;

  @ApiList(TierDto, { description: 'Locks on offer.' })
  readonly tiers!: readonly TierDto[];

  @ApiList(TenureStepDto, { description: 'Boosts for staying.' })
  readonly steps!: readonly TenureStepDto[];

  @ApiList(StreamDto, { description: 'What the farm pays, the emission first.' })
  readonly streams!: readonly StreamDto[];

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

export class StreamRewardDto {
  @ApiInt({ description: '0 for the emission.' })
  readonly stream!: number;

  @ApiAddress({ description: 'Token it pays.' })
  readonly token!: string;

  @ApiAmount({ description: 'Wei the user could claim at `asOfTimestamp`.' })
  readonly earned!: string;

  @ApiAmount({ description: 'Wei the user has claimed.' })
  readonly claimed!: string;
}

export class LockDto {
  @ApiTime({ description: 'When it ends.' })
  readonly lockEnd!: number;

  @ApiInt({ description: 'Tier, counted from 1.' })
  readonly tier!: number;

  @ApiInt({ description: 'Boost while it runs, basis points.' })
  readonly tierBoostBps!: number;

  @ApiInt({ description: 'Share of the stake that an exit before pays, basis points.' })
  readonly feeBps!: number;
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

  @ApiAmount({ description: 'Stake times boost; rewards are split by it.' })
  readonly weight!: string;

  @ApiObject(LockDto, { nullable: true, description: 'Null when no lock runs.' })
  readonly lock!: LockDto | null;

  @ApiAmount({ description: 'Wei of the emission the user could claim at `asOfTimestamp`.' })
  readonly earned!: string;

  @ApiAmount({ description: 'Wei of the emission the user has claimed.' })
  readonly claimed!: string;

  @ApiList(StreamRewardDto, { description: 'Of every stream of the farm, the emission first.' })
  readonly rewards!: readonly StreamRewardDto[];

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
    totalWeight: farm.totalWeight.toString(),
    hasTerms: farm.hasTerms,
    tiers: farm.tiers,
    steps: farm.steps,
    streams: farm.streams.map(streamDto),
    asOfBlock: farm.asOfBlock,
    asOfTimestamp: farm.asOfTimestamp,
    isFinal: farm.isFinal,
  };
}

function streamDto(stream: StreamView): Fields<StreamDto> {
  return {
    stream: stream.stream,
    token: stream.token,
    rateWeiPerSecond: stream.rateWeiPerSecond.toString(),
    maxRateWeiPerSecond: stream.maxRateWeiPerSecond.toString(),
    remainingWei: stream.remainingWei.toString(),
    idleWei: stream.idleWei.toString(),
    endAt: stream.endAt === 0 ? null : stream.endAt,
    funded: stream.funded.toString(),
  };
}

export function positionDto(position: PositionView): Fields<PositionDto> {
  return {
    chainKey: position.chainKey,
    chainId: position.chainId,
    farmId: position.farmId,
    user: position.user,
    staked: position.staked.toString(),
    weight: position.weight.toString(),
    lock: position.lock,
    earned: position.earned.toString(),
    claimed: position.claimed.toString(),
    rewards: position.rewards.map(({ stream, token, earned, claimed }) => ({
      stream,
      token,
      earned: earned.toString(),
      claimed: claimed.toString(),
    })),
    asOfBlock: position.asOfBlock,
    asOfTimestamp: position.asOfTimestamp,
    isFinal: position.isFinal,
  };
}
