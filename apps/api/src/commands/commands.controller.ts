import { Controller, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type CommandRef, CommandService } from '#messaging';
import { ChainLookup } from '../deployment/chain-lookup.js';
import { FreshnessService } from '../freshness/freshness.service.js';
import { found, RequestInvalid } from '../http/request-errors.js';
import { ReadRoute } from '../http/route.js';
import {
  CommandDetailDto,
  commandDto,
  CommandParams,
  CommandsDto,
  CommandsQuery,
} from './commands.dto.js';

@ApiTags('governance')
@Controller({ path: 'commands', version: '1' })
export class CommandsController {
  constructor(
    private readonly commands: CommandService,
    private readonly chains: ChainLookup,
    private readonly freshness: FreshnessService,
  ) {}

  @ReadRoute({
    operationId: 'listCommands',
    summary: 'What governance on the hub told other chains.',
    response: CommandsDto,
    takesQuery: true,
    unknown: ['chain.unknown'],
  })
  async list(@Query() query: CommandsQuery): Promise<CommandsDto> {
    const { limit, state } = query;
    const chain = this.chains.optionalChain(query.chain);
    const before = query.before === undefined ? undefined : this.refOf(query.before);
    if (before !== undefined && (await this.commands.byRef(before)) === undefined) {
      throw new RequestInvalid([{ field: 'before', message: 'is not the id of a command' }]);
    }
    const asOf = await this.freshness.asOf();
    const views = await this.commands.list({ limit, state, before, eid: chain?.eid });
    const last = views.length < limit ? undefined : views.at(-1);
    return { items: views.map(commandDto), nextBefore: last?.id ?? null, asOf };
  }

  @ReadRoute({
    path: ':chain/:no',
    operationId: 'readCommand',
    summary: 'One command: what it says, how far it got, why, and what to do.',
    response: CommandDetailDto,
    unknown: ['chain.unknown', 'command.unknown'],
  })
  async read(@Param() { chain, no }: CommandParams): Promise<CommandDetailDto> {
    const { eid, name } = this.chains.chain(chain);
    const asOf = await this.freshness.asOf();
    const view = found(
      await this.commands.byRef({ eid, no: BigInt(no) }),
      'command',
      `No configured chain shows a command ${no} to ${name}.`,
    );
    return { ...commandDto(view), asOf };
  }

  private refOf(id: string): CommandRef {
    const [key = '', no = '0'] = id.split(':');
    return { eid: this.chains.chain(key).eid, no: BigInt(no) };
  }
}
