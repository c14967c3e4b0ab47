import { Controller, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { LedgerService, type TrialBalanceLine, type VerifyResult } from '#ledger';
import { type RewardsDigest, RewardsService } from '#rewards';
import { ChainLookup } from '../deployment/chain-lookup.js';
import { FreshnessService } from '../freshness/freshness.service.js';
import { SharedWork } from '../http/shared-work.js';
import { ReadRoute } from '../http/route.js';
import {
  BalancesDto,
  BalancesQuery,
  DigestDto,
  JournalsDto,
  JournalsQuery,
  TrialBalanceDto,
  VerificationDto,
} from './ledger.dto.js';
import {
  balanceDto,
  digestDto,
  journalDto,
  trialBalanceLineDto,
  verificationDto,
} from './ledger-dto.js';

@ApiTags('ledger')
@Controller({ path: 'ledger', version: '1' })
export class LedgerController {
  private readonly keyOf = (chainId: number): string => this.chains.keyOf(chainId);
  /** Recounts read every posting, so that many at once would stop everybody else. */
  private readonly recount: SharedWork<readonly TrialBalanceLine[]>;
  private readonly verify: SharedWork<VerifyResult>;
  private readonly digestion: SharedWork<RewardsDigest>;

  constructor(
    private readonly ledger: LedgerService,
    rewards: RewardsService,
    private readonly chains: ChainLookup,
    private readonly freshness: FreshnessService,
  ) {
    this.recount = new SharedWork(() => ledger.trialBalance());
    this.verify = new SharedWork(() => ledger.verify());
    this.digestion = new SharedWork(() => rewards.digest());
  }

  @ReadRoute({
    path: 'balances',
    operationId: 'listBalances',
    summary: 'Balances of ledger accounts, ordered by chain, asset, kind and owner.',
    response: BalancesDto,
    takesQuery: true,
    unknown: ['chain.unknown'],
  })
  async balances(@Query() query: BalancesQuery): Promise<BalancesDto> {
    const { owner, kind, limit } = query;
    const chainId = this.chains.optionalChain(query.chain)?.chainId;
    const asOf = await this.freshness.ledgerAsOf();
    const balances = await this.ledger.balances({ owner, kind, chainId });
    return {
      items: balances.slice(0, limit).map((balance) => balanceDto(balance, this.keyOf)),
      total: balances.length,
      asOf,
    };
  }

  @ReadRoute({
    path: 'journals',
    operationId: 'listJournals',
    summary: 'Journals with their postings, newest first.',
    response: JournalsDto,
    takesQuery: true,
  })
  async journals(@Query() query: JournalsQuery): Promise<JournalsDto> {
    const journals = await this.ledger.journals(query);
    const last = journals.length < query.limit ? undefined : journals.at(-1);
    return {
      items: journals.map((journal) => journalDto(journal, this.keyOf)),
      nextBefore: last?.id ?? null,
    };
  }

  @ReadRoute({
    path: 'trial-balance',
    operationId: 'readTrialBalance',
    summary: 'Debits and credits per chain and asset, recounted from every posting.',
    response: TrialBalanceDto,
  })
  async trialBalance(): Promise<TrialBalanceDto> {
    const asOf = await this.freshness.ledgerAsOf();
    const lines = await this.recount.run();
    return {
      items: lines.map((line) => trialBalanceLineDto(line, this.keyOf)),
      balanced: lines.every(({ difference }) => difference === 0n),
      asOf,
    };
  }

  @ReadRoute({
    path: 'verification',
    operationId: 'verifyLedger',
    summary: 'Recounts the hash chain, every journal and every balance.',
    response: VerificationDto,
  })
  async verification(): Promise<VerificationDto> {
    return verificationDto(await this.verify.run(), this.keyOf);
  }

  @ReadRoute({
    path: 'digest',
    operationId: 'readDigest',
    summary: 'One hash over all final rows; equal for every rebuild from the same blocks.',
    response: DigestDto,
  })
  async digest(): Promise<DigestDto> {
    return digestDto(await this.digestion.run(), this.keyOf);
  }
}
