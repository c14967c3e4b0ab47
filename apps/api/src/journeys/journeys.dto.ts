import { JOURNEY_STATES, type JourneyView } from '#bridging';
import type { Address, Hex } from '#kernel';
import { AsOfDto } from '../freshness/as-of.dto.js';
import type { Fields } from '../http/fields.js';
import { AddressField, LIMIT_DEFAULT, LimitField, WordField } from '../http/request-fields.js';
import {
  ApiAddress,
  ApiAmount,
  ApiChoice,
  ApiFlag,
  ApiInt,
  ApiList,
  ApiObject,
  ApiText,
  ApiTexts,
  ApiTime,
  ApiWord,
} from '../http/response-fields.js';

export class JourneysQuery {
  @AddressField({
    description: 'Only journeys this address started or receives.',
    isOptional: true,
  })
  readonly user?: Address;

  @LimitField()
  readonly limit: number = LIMIT_DEFAULT;

  @WordField({ description: '`nextBefore` of the page before.', isOptional: true })
  readonly before?: Hex;
}

export class JourneyParams {
  @WordField({ description: 'Guid of the packet that carries the position.' })
  readonly guid!: Hex;
}

export class JourneySourceDto {
  @ApiText()
  readonly chainKey!: string;

  @ApiInt({ nullable: true, description: 'null while the source is not indexed that far.' })
  readonly farmId!: number | null;
}

export class JourneyTargetDto {
  @ApiText()
  readonly chainKey!: string;

  @ApiInt()
  readonly farmId!: number;
}

export class JourneyTxsDto {
  @ApiWord({ nullable: true })
  readonly sent!: string | null;

  @ApiWord()
  readonly last!: string;
}

export class JourneyLockDto {
  @ApiTime({ description: 'When it ends.' })
  readonly lockEnd!: number;

  @ApiInt()
  readonly tier!: number;

  @ApiInt({ description: 'Share that leaving the escrow before costs, basis points.' })
  readonly feeBps!: number;
}

export class JourneyRewardsDto {
  @ApiWord({ description: 'Packet that carries them.' })
  readonly guid!: string;

  @ApiAmount({ description: 'Wei of the reward token.' })
  readonly amount!: string;
}

export class JourneyDto {
  @ApiWord()
  readonly guid!: string;

  @ApiAddress({ nullable: true })
  readonly user!: string | null;

  @ApiAddress({ description: 'Owner of the position on the destination.' })
  readonly recipient!: string;

  @ApiAddress({ nullable: true, description: 'Stake token on the destination, once it arrived.' })
  readonly token!: string | null;

  @ApiObject(JourneySourceDto)
  readonly src!: JourneySourceDto;

  @ApiObject(JourneyTargetDto)
  readonly dst!: JourneyTargetDto;

  @ApiAmount({ description: 'Stake token units.' })
  readonly amount!: string;

  @ApiAmount({ description: 'Part of the amount that leaving the escrow early cost.' })
  readonly fee!: string;

  @ApiObject(JourneyLockDto, { nullable: true, description: 'Lock that travels along.' })
  readonly lock!: JourneyLockDto | null;

  @ApiObject(JourneyRewardsDto, { nullable: true, description: 'Rewards that travel along.' })
  readonly rewards!: JourneyRewardsDto | null;

  @ApiChoice(JOURNEY_STATES)
  readonly state!: string;

  @ApiText({ nullable: true, description: 'Why the restake failed.' })
  readonly reason!: string | null;

  @ApiText({ description: 'Where the funds are.' })
  readonly where!: string;

  @ApiTexts({ description: 'What can be done; empty when the journey is over.' })
  readonly nextSteps!: readonly string[];

  @ApiWord({ nullable: true, description: 'Packet that carried the tokens back.' })
  readonly returnGuid!: string | null;

  @ApiObject(JourneyTxsDto)
  readonly txs!: JourneyTxsDto;

  @ApiTime({ nullable: true })
  readonly sentAt!: number | null;

  @ApiTime()
  readonly updatedAt!: number;

  @ApiFlag()
  readonly isFinal!: boolean;
}

export class JourneysDto {
  @ApiList(JourneyDto, { description: 'The journey with the newest event first.' })
  readonly items!: readonly JourneyDto[];

  @ApiWord({ nullable: true, description: '`before` of the next page; null on the last.' })
  readonly nextBefore!: string | null;

  @ApiList(AsOfDto)
  readonly asOf!: readonly AsOfDto[];
}

export class JourneyDetailDto extends JourneyDto {
  @ApiList(AsOfDto)
  readonly asOf!: readonly AsOfDto[];
}

export function journeyDto(view: JourneyView): Fields<JourneyDto> {
  return {
    guid: view.guid,
    user: view.user,
    recipient: view.recipient,
    token: view.token,
    src: { chainKey: view.src.chainKey, farmId: view.src.farmId },
    dst: { chainKey: view.dst.chainKey, farmId: view.dst.farmId },
    amount: view.amount.toString(),
    fee: view.fee.toString(),
    lock: view.lock,
    rewards:
      view.rewards === null
        ? null
        : { guid: view.rewards.guid, amount: view.rewards.amount.toString() },
    state: view.state,
    reason: view.reason,
    where: view.where,
    nextSteps: view.nextSteps,
    returnGuid: view.returnGuid,
    txs: { sent: view.txs.sent, last: view.txs.last },
    sentAt: view.sentAt,
    updatedAt: view.updatedAt,
    isFinal: view.isFinal,
  };
}
