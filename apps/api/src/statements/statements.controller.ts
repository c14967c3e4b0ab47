import { Controller, Header, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { statementCsv, type StatementPeriod, UserStatements } from '#rewards';
import { ChainLookup } from '../deployment/chain-lookup.js';
import { ReadRoute } from '../http/route.js';
import {
  StatementParams,
  StatementQuery,
  UserStatementDto,
  userStatementDto,
} from './statements.dto.js';

const PROBLEMS = {
  unknown: ['chain.unknown', 'block.unknown'],
  conflict: ['statement.period'],
} as const;

@ApiTags('rewards')
@Controller({ path: 'statements', version: '1' })
export class StatementsController {
  constructor(
    private readonly statements: UserStatements,
    private readonly chains: ChainLookup,
  ) {}

  @ReadRoute({
    path: ':user',
    operationId: 'readStatement',
    summary: 'Opening, movements and closing of all accounts of a user on every chain.',
    description:
      'As of final blocks, which it names. At the end of an epoch it is complete; at any other ' +
      'block `/v1/rewards/{user}/at` says what accrued on top.',
    response: UserStatementDto,
    takesQuery: true,
    ...PROBLEMS,
  })
  async read(
    @Param() { user }: StatementParams,
    @Query() query: StatementQuery,
  ): Promise<UserStatementDto> {
    return userStatementDto(await this.statements.of(user, this.periodOf(query)));
  }

  @ReadRoute({
    path: ':user/csv',
    operationId: 'readStatementCsv',
    summary: 'The same as CSV: for each account its opening, its movements and its closing.',
    response: UserStatementDto,
    isCsv: true,
    takesQuery: true,
    ...PROBLEMS,
  })
  @Header('content-type', 'text/csv; charset=utf-8; header=present')
  @Header('content-disposition', 'attachment; filename="statement.csv"')
  async readCsv(
    @Param() { user }: StatementParams,
    @Query() query: StatementQuery,
  ): Promise<string> {
    return statementCsv(await this.statements.of(user, this.periodOf(query)));
  }

  private periodOf({ fromEpoch, toEpoch, fromBlocks, toBlocks }: StatementQuery): StatementPeriod {
    return {
      fromEpoch,
      toEpoch,
      fromBlocks: this.byChainId(fromBlocks),
      toBlocks: this.byChainId(toBlocks),
    };
  }

  private byChainId(
    blocks: ReadonlyMap<string, number> | undefined,
  ): Readonly<Record<number, number>> | undefined {
    if (blocks === undefined) return undefined;
    const named = [...blocks].map(
      ([key, block]) => [this.chains.chain(key).chainId, block] as const,
    );
    return Object.fromEntries(named);
  }
}
