import { MESSAGE_KINDS, MESSAGE_STATUSES, type MessageStatus, type MessageView } from '#messaging';
import type { Hex } from '#kernel';
import { AsOfDto } from '../freshness/as-of.dto.js';
import type { Fields } from '../http/fields.js';
import { ChoiceField, LIMIT_DEFAULT, LimitField, WordField } from '../http/request-fields.js';
import {
  ApiAddress,
  ApiAmount,
  ApiChoice,
  ApiFlag,
  ApiInt,
  ApiList,
  ApiObject,
  ApiText,
  ApiTime,
  ApiWord,
  ApiWords,
} from '../http/response-fields.js';

export class MessagesQuery {
  @LimitField()
  readonly limit: number = LIMIT_DEFAULT;

  @WordField({ description: '`nextBefore` of the page before.', isOptional: true })
  readonly before?: Hex;

  @ChoiceField({
    description: 'Only packets in this status; looks at the newest 2 000 packets.',
    choices: MESSAGE_STATUSES,
    isOptional: true,
  })
  readonly status?: MessageStatus;
}

export class GuidParams {
  @WordField({ description: 'Guid of a packet.' })
  readonly guid!: Hex;
}

export class DvnsDto {
  @ApiInt()
  readonly required!: number;

  @ApiInt({
    nullable: true,
    description: 'null while our index of the destination does not tell.',
  })
  readonly verified!: number | null;
}

export class MessageTxsDto {
  @ApiWord({ nullable: true })
  readonly sent!: string | null;

  @ApiWords({ description: 'One for each DVN that attested.' })
  readonly verified!: readonly string[];

  @ApiWord({ nullable: true })
  readonly delivered!: string | null;

  @ApiWord({ nullable: true })
  readonly composed!: string | null;
}

export class MessageDto {
  @ApiWord()
  readonly guid!: string;

  @ApiWord({ description: 'keccak256 of guid and message.' })
  readonly payloadHash!: string;

  @ApiWord({ nullable: true, description: 'null while the source shows no such packet.' })
  readonly srcBlockHash!: string | null;

  @ApiChoice(MESSAGE_KINDS)
  readonly kind!: string;

  @ApiChoice(MESSAGE_STATUSES)
  readonly status!: string;

  @ApiInt()
  readonly srcEid!: number;

  @ApiInt()
  readonly dstEid!: number;

  @ApiText()
  readonly srcChainKey!: string;

  @ApiText()
  readonly dstChainKey!: string;

  @ApiAddress()
  readonly sender!: string;

  @ApiAddress()
  readonly receiver!: string;

  @ApiAmount({ description: 'Place on its lane, from 1.' })
  readonly nonce!: string;

  @ApiAmount({ nullable: true, description: 'Tokens it carries, shared decimals.' })
  readonly amountSD!: string | null;

  @ApiObject(DvnsDto)
  readonly dvns!: DvnsDto;

  @ApiText({ nullable: true, description: 'What happened; null when nothing is left to do.' })
  readonly cause!: string | null;

  @ApiText({ nullable: true })
  readonly nextStep!: string | null;

  @ApiObject(MessageTxsDto)
  readonly txs!: MessageTxsDto;

  @ApiInt({ nullable: true })
  readonly etaSeconds!: number | null;

  @ApiTime({ nullable: true })
  readonly sentAt!: number | null;

  @ApiTime()
  readonly updatedAt!: number;

  @ApiFlag()
  readonly isFinal!: boolean;
}

export class MessagesDto {
  @ApiList(MessageDto, { description: 'The packet with the newest event first.' })
  readonly items!: readonly MessageDto[];

  @ApiWord({ nullable: true, description: '`before` of the next page; null on the last.' })
  readonly nextBefore!: string | null;

  @ApiList(AsOfDto)
  readonly asOf!: readonly AsOfDto[];
}

export class MessageDetailDto extends MessageDto {
  @ApiList(MessageDto, {
    description: 'Other payloads seen under this guid: replaced by a reorganisation, or forged.',
  })
  readonly others!: readonly MessageDto[];

  @ApiList(AsOfDto)
  readonly asOf!: readonly AsOfDto[];
}

export function messageDto(view: MessageView): Fields<MessageDto> {
  return {
    guid: view.guid,
    payloadHash: view.payloadHash,
    srcBlockHash: view.srcBlockHash,
    kind: view.kind,
    status: view.status,
    srcEid: view.srcEid,
    dstEid: view.dstEid,
    srcChainKey: view.srcChainKey,
    dstChainKey: view.dstChainKey,
    sender: view.sender,
    receiver: view.receiver,
    nonce: view.nonce.toString(),
    amountSD: view.amountSD?.toString() ?? null,
    dvns: { required: view.dvns.required, verified: view.dvns.verified },
    cause: view.cause,
    nextStep: view.nextStep,
    txs: { ...view.txs },
    etaSeconds: view.etaSeconds,
    sentAt: view.sentAt,
    updatedAt: view.updatedAt,
    isFinal: view.isFinal,
  };
}
