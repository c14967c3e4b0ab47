import { COMMAND_KINDS } from '#abi';
import { canonicalJson } from '#kernel';
import { COMMAND_STATES, type CommandState, type CommandView } from '#messaging';
import { AsOfDto } from '../freshness/as-of.dto.js';
import type { Fields } from '../http/fields.js';
import {
  ChainField,
  ChoiceField,
  CommandField,
  IdField,
  LIMIT_DEFAULT,
  LimitField,
} from '../http/request-fields.js';
import {
  ApiAmount,
  ApiChoice,
  ApiFlag,
  ApiInt,
  ApiList,
  ApiObject,
  ApiText,
  ApiTime,
  ApiWord,
} from '../http/response-fields.js';

export class CommandsQuery {
  @LimitField()
  readonly limit: number = LIMIT_DEFAULT;

  @CommandField({ description: '`nextBefore` of the page before.', isOptional: true })
  readonly before?: string;

  @ChainField({ description: 'Only commands for this chain.', isOptional: true })
  readonly chain?: string;

  @ChoiceField({
    description: 'Only commands in this state; looks at the newest 2 000 commands.',
    choices: COMMAND_STATES,
    isOptional: true,
  })
  readonly state?: CommandState;
}

export class CommandParams {
  @ChainField({ description: 'Chain the command is for.' })
  readonly chain!: string;

  @IdField({ description: 'Number of the command on its way there.' })
  readonly no!: number;
}

export class CommandTxsDto {
  @ApiWord({ nullable: true })
  readonly sent!: string | null;

  @ApiWord({ nullable: true, description: 'The last thing its chain did about it.' })
  readonly settled!: string | null;
}

export class CommandDto {
  @ApiText({ description: 'Chain it is for and its number on the way there, such as `alpha:7`.' })
  readonly id!: string;

  @ApiText()
  readonly chainKey!: string;

  @ApiInt()
  readonly eid!: number;

  @ApiAmount({ description: 'Number on its way from the hub, from 1.' })
  readonly no!: string;

  @ApiText({
    nullable: true,
    description: `null for bytes that are no command, else one of ${COMMAND_KINDS.join(', ')}.`,
  })
  readonly kind!: string | null;

  @ApiText({ description: 'What it tells its chain to do.' })
  readonly sentence!: string;

  @ApiText({
    nullable: true,
    description: 'Its fields as canonical JSON; null for bytes that are no command.',
  })
  readonly fields!: string | null;

  @ApiChoice(COMMAND_STATES)
  readonly state!: string;

  @ApiWord({ nullable: true, description: 'Packet that carries it.' })
  readonly guid!: string | null;

  @ApiTime({ nullable: true, description: 'From when it may be carried out.' })
  readonly readyAt!: number | null;

  @ApiTime({ nullable: true, description: 'When that ends.' })
  readonly expiresAt!: number | null;

  @ApiText({ nullable: true, description: 'What happened; null when it was applied.' })
  readonly cause!: string | null;

  @ApiText({ nullable: true })
  readonly nextStep!: string | null;

  @ApiObject(CommandTxsDto)
  readonly txs!: CommandTxsDto;

  @ApiTime({ nullable: true, description: 'null while the hub shows no such command.' })
  readonly sentAt!: number | null;

  @ApiTime()
  readonly updatedAt!: number;

  @ApiFlag()
  readonly isFinal!: boolean;
}

export class CommandsDto {
  @ApiList(CommandDto, { description: 'The command with the newest event first.' })
  readonly items!: readonly CommandDto[];

  @ApiText({ nullable: true, description: '`before` of the next page; null on the last.' })
  readonly nextBefore!: string | null;

  @ApiList(AsOfDto)
  readonly asOf!: readonly AsOfDto[];
}

export class CommandDetailDto extends CommandDto {
  @ApiList(AsOfDto)
  readonly asOf!: readonly AsOfDto[];
}

export function commandDto(view: CommandView): Fields<CommandDto> {
  return {
    id: view.id,
    chainKey: view.chainKey,
    eid: view.eid,
    no: view.no.toString(),
    kind: view.kind,
    sentence: view.sentence,
    fields: view.command === null ? null : canonicalJson(view.command),
    state: view.state,
    guid: view.guid,
    readyAt: view.readyAt,
    expiresAt: view.expiresAt,
    cause: view.cause,
    nextStep: view.nextStep,
    txs: { sent: view.txs.sent, settled: view.txs.settled },
    sentAt: view.sentAt,
    updatedAt: view.updatedAt,
    isFinal: view.isFinal,
  };
}
