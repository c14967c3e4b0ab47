import { ACCOUNT_KINDS, type AccountKind } from '#ledger';
import {
  ChainField,
  ChoiceField,
  IdField,
  LIMIT_DEFAULT,
  LimitField,
  OwnerField,
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
  ApiWord,
} from '../http/response-fields.js';
import { AsOfDto } from '../freshness/as-of.dto.js';

const OWNER_TEXT = 'Owner of the account; an address also finds every `address:farm`.';

export class BalancesQuery {
  @OwnerField({ description: OWNER_TEXT, isOptional: true })
  readonly owner?: string;

  @ChainField({ description: 'Chain by key, number or CAIP-2 id.', isOptional: true })
  readonly chain?: string;

  @ChoiceField({ description: 'Kind of account.', choices: ACCOUNT_KINDS, isOptional: true })
  readonly kind?: AccountKind;

  @LimitField()
  readonly limit: number = LIMIT_DEFAULT;
}

export class JournalsQuery {
  @LimitField()
  readonly limit: number = LIMIT_DEFAULT;

  @IdField({
    description: '`nextBefore` of the page before.',
    isOptional: true,
    max: Number.MAX_SAFE_INTEGER,
  })
  readonly before?: number;

  @OwnerField({ description: OWNER_TEXT, isOptional: true })
  readonly owner?: string;
}

export class BalanceDto {
  @ApiInt()
  readonly accountId!: number;

  @ApiText()
  readonly chainKey!: string;

  @ApiInt()
  readonly chainId!: number;

  @ApiAddress({ description: 'Token on that chain.' })
  readonly asset!: string;

  @ApiChoice(ACCOUNT_KINDS)
  readonly kind!: string;

  @ApiText()
  readonly owner!: string;

  @ApiAmount({ description: 'What left the account.' })
  readonly debits!: string;

  @ApiAmount({ description: 'What entered the account.' })
  readonly credits!: string;

  @ApiAmount({ description: 'credits - debits.' })
  readonly balance!: string;
}

export class BalancesDto {
  @ApiList(BalanceDto)
  readonly items!: readonly BalanceDto[];

  @ApiInt({ description: 'Accounts that match; more than `items` when `limit` cut the list.' })
  readonly total!: number;

  @ApiList(AsOfDto)
  readonly asOf!: readonly AsOfDto[];
}

export class PostingDto {
  @ApiInt()
  readonly leg!: number;

  @ApiInt()
  readonly accountId!: number;

  @ApiAddress()
  readonly asset!: string;

  @ApiChoice(ACCOUNT_KINDS)
  readonly kind!: string;

  @ApiText()
  readonly owner!: string;

  @ApiAmount({ description: 'Positive debits, negative credits.' })
  readonly amount!: string;
}

export class JournalDto {
  @ApiInt()
  readonly journalId!: number;

  @ApiInt({ description: 'Place in the hash chain of its chain, from 1.' })
  readonly seq!: number;

  @ApiText({ description: 'Identity of the booked fact.' })
  readonly businessKey!: string;

  @ApiText()
  readonly kind!: string;

  @ApiText()
  readonly chainKey!: string;

  @ApiInt()
  readonly chainId!: number;

  @ApiBlock({ description: 'Block of the booked fact; final.' })
  readonly asOfBlock!: number;

  @ApiWord()
  readonly blockHash!: string;

  @ApiWord({ nullable: true })
  readonly txHash!: string | null;

  @ApiInt({ nullable: true })
  readonly logIndex!: number | null;

  @ApiTime()
  readonly occurredAt!: number;

  @ApiWord()
  readonly prevHash!: string;

  @ApiWord()
  readonly hash!: string;

  @ApiList(PostingDto)
  readonly postings!: readonly PostingDto[];
}

export class JournalsDto {
  @ApiList(JournalDto, { description: 'Newest first.' })
  readonly items!: readonly JournalDto[];

  @ApiInt({ nullable: true, description: '`before` of the next page; null on the last.' })
  readonly nextBefore!: number | null;
}

export class TrialBalanceLineDto {
  @ApiText()
  readonly chainKey!: string;

  @ApiInt()
  readonly chainId!: number;

  @ApiAddress()
  readonly asset!: string;

  @ApiAmount()
  readonly debits!: string;

  @ApiAmount()
  readonly credits!: string;

  @ApiAmount({ description: '0 unless the ledger is broken.' })
  readonly difference!: string;
}

export class TrialBalanceDto {
  @ApiList(TrialBalanceLineDto)
  readonly items!: readonly TrialBalanceLineDto[];

  @ApiFlag({ description: 'Whether every difference is 0.' })
  readonly balanced!: boolean;

  @ApiList(AsOfDto)
  readonly asOf!: readonly AsOfDto[];
}

export class LedgerFaultDto {
  @ApiText()
  readonly reason!: string;

  @ApiText({ nullable: true })
  readonly chainKey!: string | null;

  @ApiInt({ nullable: true })
  readonly journalId!: number | null;

  @ApiText({ nullable: true })
  readonly businessKey!: string | null;

  @ApiInt({ nullable: true })
  readonly leg!: number | null;

  @ApiInt({ nullable: true })
  readonly accountId!: number | null;

  @ApiInt({ nullable: true, description: 'Epoch whose commitment on the hub is contradicted.' })
  readonly epoch!: number | null;
}

export class VerificationDto {
  @ApiFlag()
  readonly ok!: boolean;

  @ApiInt()
  readonly journals!: number;

  @ApiInt()
  readonly postings!: number;

  @ApiObject(LedgerFaultDto, { nullable: true, description: 'The first thing that is wrong.' })
  readonly firstBad!: LedgerFaultDto | null;
}

/** A verification against what was committed to outside of the database. */
export class AuditDto extends VerificationDto {
  @ApiInt({ description: 'Epochs whose books the evidence on the hub commits to; all agree.' })
  readonly anchoredEpochs!: number;

  @ApiInt({
    nullable: true,
    description: 'The newest of them; journals after it are not anchored.',
  })
  readonly anchoredUpto!: number | null;

  @ApiInt({ description: 'Final decisions whose evidence was looked for.' })
  readonly decisions!: number;

  @ApiChoice(['hub', 'index'], { description: 'Who told the hashes of the evidence.' })
  readonly anchorSource!: string;
}

export class ChainDigestDto {
  @ApiText()
  readonly chainKey!: string;

  @ApiInt()
  readonly chainId!: number;

  @ApiInt()
  readonly journals!: number;

  @ApiInt()
  readonly postings!: number;

  @ApiWord({ description: 'Hash of the last journal, recomputed from all of them.' })
  readonly head!: string;
}

export class StatesDigestDto {
  @ApiText()
  readonly chainKey!: string;

  @ApiInt()
  readonly chainId!: number;

  @ApiBlock({ description: 'Block up to which the rows of this chain count.' })
  readonly asOfBlock!: number;

  @ApiInt()
  readonly farms!: number;

  @ApiInt()
  readonly positions!: number;

  @ApiWord()
  readonly digest!: string;
}

export class DigestDto {
  @ApiWord({ description: 'Over the ledger and the states of farms and positions.' })
  readonly digest!: string;

  @ApiWord({ description: 'Over the ledger alone.' })
  readonly ledgerDigest!: string;

  @ApiInt()
  readonly journals!: number;

  @ApiInt()
  readonly postings!: number;

  @ApiList(ChainDigestDto)
  readonly chains!: readonly ChainDigestDto[];

  @ApiList(StatesDigestDto)
  readonly states!: readonly StatesDigestDto[];
}
