import { Controller, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { MessageService } from '#messaging';
import { FreshnessService } from '../freshness/freshness.service.js';
import { found, RequestInvalid } from '../http/request-errors.js';
import { ReadRoute } from '../http/route.js';
import {
  GuidParams,
  MessageDetailDto,
  messageDto,
  MessagesDto,
  MessagesQuery,
} from './messages.dto.js';

@ApiTags('messages')
@Controller({ path: 'messages', version: '1' })
export class MessagesController {
  constructor(
    private readonly messages: MessageService,
    private readonly freshness: FreshnessService,
  ) {}

  @ReadRoute({
    operationId: 'listMessages',
    summary: 'Cross-chain packets of our contracts.',
    response: MessagesDto,
    takesQuery: true,
  })
  async list(@Query() query: MessagesQuery): Promise<MessagesDto> {
    const { before, limit } = query;
    if (before !== undefined && (await this.messages.byGuid(before)) === undefined) {
      throw new RequestInvalid([{ field: 'before', message: 'is not the guid of a packet' }]);
    }
    const asOf = await this.freshness.asOf();
    const views = await this.messages.list(query);
    const last = views.length < limit ? undefined : views.at(-1);
    return { items: views.map(messageDto), nextBefore: last?.guid ?? null, asOf };
  }

  @ReadRoute({
    path: ':guid',
    operationId: 'readMessage',
    summary: 'One packet: how far it got, why, and what to do.',
    response: MessageDetailDto,
    unknown: ['message.unknown'],
  })
  async read(@Param() { guid }: GuidParams): Promise<MessageDetailDto> {
    const asOf = await this.freshness.asOf();
    const [first, ...others] = await this.messages.payloadsOf(guid);
    const view = found(first, 'message', `No configured chain shows a packet ${guid}.`);
    return { ...messageDto(view), others: others.map(messageDto), asOf };
  }
}
