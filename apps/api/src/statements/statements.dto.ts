import { type Address } from '#kernel';
import { ACCOUNT_KINDS } from '#ledger';
import type { UserStatement } from '#rewards';
import { AddressField, BlocksField, IdField } from '../http/request-fields.js';
import {
  ApiAddress,
  ApiAmount,
  ApiBlock,
  ApiChoice,
  ApiInt,
  ApiList,
  ApiText,
  ApiTime,
  ApiWord,
} from '../http/response-fields.js';

export class StatementParams {
  @AddressField({ description: 'Whose accounts.' })
  readonly user!: Address;
}

export class StatementQuery {
  @IdField({
    description: 'First epoch; balances open at the end of the one before.',
    isOptional: true,
  })
  readonly fromEpoch?: number;

  @IdField({ description: 'Last epoch; balances close at its end.', isOptional: true })
  readonly toEpoch?: number;

  @BlocksField({
    description: 'Blocks at whose end balances open; stronger than `fromEpoch`.',
    isOptional: true,
  })
  readonly fromBlocks?: ReadonlyMap<string, number>;

  @BlocksField({
    description: 'Final blocks at whose end balances close; stronger than `toEpoch`.',
    isOptional: true,
  })
  readonly toBlocks?: ReadonlyMap<string, number>;
}

export class StatedChainDto {
  @ApiText()
  readonly chainKey!: string;

  @ApiInt()
  readonly chainId!: number;

  @ApiBlock({ nullable: true, description: 'Null when balances open with the first journal.' })
  readonly openingBlock!: number | null;

  @ApiBlock({ nullable: true, description: 'Null when nothing of the chain is posted.' })
  readonly closingBlock!: number | null;
}

export class StatedAccountDto {
  @ApiText()
  readonly chainKey!: string;

  @ApiInt()
  readonly chainId!: number;

  @ApiAddress()
  readonly asset!: string;

  @ApiChoice(ACCOUNT_KINDS)
  readonly kind!: string;

  @ApiAmount()
  readonly opening!: string;

  @ApiAmount({ description: 'What entered.' })
  readonly credits!: string;

  @ApiAmount({ description: 'What left.' })
  readonly debits!: string;

  @ApiAmount({ description: 'opening + credits - debits.' })
  readonly closing!: string;
}

export class StatedLineDto {
  @ApiText()
  readonly chainKey!: string;

  @ApiInt()
  readonly chainId!: number;

  @ApiAddress()
  readonly asset!: string;

  @ApiChoice(ACCOUNT_KINDS)
  readonly kind!: string;

  @ApiText()
  readonly owner!: string;

  @ApiAmount({ description: 'Positive when it entered the account.' })
  readonly amount!: string;

  @ApiAmount({ description: 'Of the accounts of this kind after it.' })
  readonly balance!: string;

  @ApiInt()
  readonly journalId!: number;

  @ApiText()
  readonly journalKind!: string;

  @ApiText()
  readonly businessKey!: string;

  @ApiInt({ description: 'Posting of the journal.' })
  readonly leg!: number;

  @ApiBlock()
  readonly block!: number;

  @ApiWord({ nullable: true, description: 'Null for an accrual, which no transaction caused.' })
  readonly txHash!: string | null;

  @ApiInt({ nullable: true })
  readonly logIndex!: number | null;

  @ApiTime()
  readonly occurredAt!: number;
}

export class UserStatementDto {
  @ApiAddress()
  readonly user!: string;

  @ApiList(StatedChainDto, { description: 'The blocks the statement is as of.' })
  readonly chains!: readonly StatedChainDto[];

  @ApiList(StatedAccountDto, { description: 'One for each chain, token and kind of account.' })
  readonly accounts!: readonly StatedAccountDto[];

  @ApiList(StatedLineDto, { description: 'By account, in the order of the journals.' })
  readonly lines!: readonly StatedLineDto[];
}

export function userStatementDto({
  user,
  chains,
  accounts,
  lines,
}: UserStatement): UserStatementDto {
  return {
    user,
    chains,
    accounts: accounts.map((account) => ({
      ...account,
      opening: account.opening.toString(),
      credits: account.credits.toString(),
      debits: account.debits.toString(),
      closing: account.closing.toString(),
    })),
    lines: lines.map((line) => ({
      ...line,
      amount: line.amount.toString(),
      balance: line.balance.toString(),
    })),
  };
}
