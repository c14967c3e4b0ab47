import { Controller, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { LedgerAnchors } from '#emission';
import { LedgerService, type TrialBalanceLine } from '#ledger';
import {
  EpochStatements,
  LedgerAuditor,
  NoStatement,
  type RewardsDigest,
  RewardsService,
} from '#rewards';
import { ChainLookup } from '../deployment/chain-lookup.js';
import { FreshnessService } from '../freshness/freshness.service.js';
import { EntityUnknown } from '../http/request-errors.js';
import { SharedWork } from '../http/shared-work.js';
import { ReadRoute } from '../http/route.js';
import {
  BalancesDto,
  BalancesQuery,
  DigestDto,
  JournalsDto,
  JournalsQuery,
  TrialBalanceDto,
  AuditDto,
} from './ledger.dto.js';
import { proofDto, ProofDto, ProofParams } from './proof.dto.js';
import {
  balanceDto,
  digestDto,
  journalDto,
  trialBalanceLineDto,
  type Audit,
  auditDto,
} from './ledger-dto.js';

@ApiTags('ledger')
@Controller({ path: 'ledger', version: '1' })
export class LedgerController {
  private readonly keyOf = (chainId: number): string => this.chains.keyOf(chainId);
  /** Recounts read every posting, so that many at once would stop everybody else. */
  private readonly recount: SharedWork<readonly TrialBalanceLine[]>;
  private readonly verify: SharedWork<Audit>;
  private readonly digestion: SharedWork<RewardsDigest>;

  constructor(
    private readonly ledger: LedgerService,
    rewards: RewardsService,
    private readonly chains: ChainLookup,
    private readonly freshness: FreshnessService,
    private readonly statements: EpochStatements,
    anchors: LedgerAnchors,
    auditor: LedgerAuditor,
  ) {
    this.recount = new SharedWork(() => ledger.trialBalance());
    this.verify = new SharedWork(() => this.verifyAgainst(anchors, auditor));
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
    description:
      'Also compares the heads of the journals with the evidence whose hashes the hub keeps, and ' +
      'every journal with the indexed logs it was booked from.',
    response: AuditDto,
  })
  async verification(): Promise<AuditDto> {
    return auditDto(await this.verify.run(), this.keyOf);
  }

  @ReadRoute({
    path: 'proofs/:user/:epoch',
    operationId: 'proveLiabilities',
    summary: 'Proof of what a user was owed at the end of an epoch, to be verified offline.',
    response: ProofDto,
    unknown: ['epoch.unknown'],
  })
  async prove(@Param() { user, epoch }: ProofParams): Promise<ProofDto> {
    try {
      return proofDto(await this.statements.prove(user, epoch));
    } catch (error) {
      if (error instanceof NoStatement) {
        throw new EntityUnknown('epoch', `Nothing is stated of epoch ${epoch} yet.`);
      }
      throw error;
    }
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

  private async verifyAgainst(anchors: LedgerAnchors, auditor: LedgerAuditor) {
    const reading = await anchors.read();
    return { reading, result: await auditor.verify(reading.statements) };
  }
}
