import { PROPOSAL_STATES } from '#governance';
import { AsOfDto } from '../freshness/as-of.dto.js';
import { LIMIT_DEFAULT, LimitField, Uint256Field } from '../http/request-fields.js';
import {
  ApiAddress,
  ApiAmount,
  ApiChoice,
  ApiFlag,
  ApiList,
  ApiObject,
  ApiText,
  ApiTime,
  ApiWord,
} from '../http/response-fields.js';

const VERIFICATIONS = ['waiting', 'verified', 'failed'] as const;

export class ProposalsQuery {
  @LimitField()
  readonly limit: number = LIMIT_DEFAULT;

  @Uint256Field({ description: '`nextBefore` of the page before.', isOptional: true })
  readonly before?: string;
}

export class ProposalParams {
  @Uint256Field({ description: 'Proposal number of the governor.' })
  readonly id!: string;
}

export class VotesDto {
  @ApiAmount({ description: 'Wei of votes.' })
  readonly for!: string;

  @ApiAmount()
  readonly against!: string;

  @ApiAmount()
  readonly abstain!: string;
}

export class CallArgumentDto {
  @ApiText()
  readonly name!: string;

  @ApiText()
  readonly value!: string;
}

export class ProposedCommandDto {
  @ApiText({ description: 'Chain it is for.' })
  readonly chainKey!: string;

  @ApiText({ description: 'What it tells that chain to do.' })
  readonly sentence!: string;
}

export class ProposalCallDto {
  @ApiAddress()
  readonly target!: string;

  @ApiText({ description: '`unknown` for a contract that is not ours.' })
  readonly contractName!: string;

  @ApiText({ description: 'Name of the function, or its selector when it is not known.' })
  readonly function!: string;

  @ApiList(CallArgumentDto)
  readonly args!: readonly CallArgumentDto[];

  @ApiList(ProposedCommandDto, { description: 'Commands it sends to other chains.' })
  readonly commands!: readonly ProposedCommandDto[];
}

export class ProposalCheckDto {
  @ApiText()
  readonly what!: string;

  @ApiText()
  readonly chainKey!: string;

  @ApiText()
  readonly expected!: string;

  @ApiText({ nullable: true, description: 'null while it is not known yet.' })
  readonly actual!: string | null;

  @ApiFlag({ nullable: true, description: 'null while it is not known yet.' })
  readonly ok!: boolean | null;
}

export class ProposalVerificationDto {
  @ApiChoice(VERIFICATIONS)
  readonly status!: string;

  @ApiList(ProposalCheckDto)
  readonly checks!: readonly ProposalCheckDto[];
}

export class ProposalTxsDto {
  @ApiWord()
  readonly created!: string;

  @ApiWord({ nullable: true })
  readonly executed!: string | null;
}

export class ProposalDto {
  @ApiAmount()
  readonly id!: string;

  @ApiText()
  readonly title!: string;

  @ApiText()
  readonly description!: string;

  @ApiAddress()
  readonly proposer!: string;

  @ApiChoice(PROPOSAL_STATES)
  readonly state!: string;

  @ApiObject(VotesDto)
  readonly votes!: VotesDto;

  @ApiAmount({ description: 'Wei of votes for and abstaining that are needed together.' })
  readonly quorum!: string;

  @ApiTime({ description: 'When votes are counted.' })
  readonly snapshotAt!: number;

  @ApiTime({ description: 'When voting ends.' })
  readonly deadlineAt!: number;

  @ApiTime({ nullable: true, description: 'From when it can be executed; null until queued.' })
  readonly eta!: number | null;

  @ApiTime()
  readonly createdAt!: number;

  @ApiTime({ nullable: true })
  readonly executedAt!: number | null;

  @ApiList(ProposalCallDto)
  readonly calls!: readonly ProposalCallDto[];

  @ApiObject(ProposalTxsDto)
  readonly txs!: ProposalTxsDto;

  @ApiObject(ProposalVerificationDto, {
    nullable: true,
    description: 'Whether the effect is seen on every chain; null until executed.',
  })
  readonly verification!: ProposalVerificationDto | null;

  @ApiFlag()
  readonly isFinal!: boolean;
}

export class ProposalsDto {
  @ApiList(ProposalDto, { description: 'The proposal with the newest event first.' })
  readonly items!: readonly ProposalDto[];

  @ApiAmount({ nullable: true, description: '`before` of the next page; null on the last.' })
  readonly nextBefore!: string | null;

  @ApiList(AsOfDto)
  readonly asOf!: readonly AsOfDto[];
}

export class ProposalDetailDto extends ProposalDto {
  @ApiList(AsOfDto)
  readonly asOf!: readonly AsOfDto[];
}
