import type { AnchorReading } from '#emission';
import type {
  BalanceView,
  JournalView,
  LedgerFault,
  TrialBalanceLine,
  VerifyResult,
} from '#ledger';
import type { RewardsDigest } from '#rewards';
import type {
  BalanceDto,
  DigestDto,
  JournalDto,
  LedgerFaultDto,
  TrialBalanceLineDto,
  AuditDto,
} from './ledger.dto.js';

/** Key of a chain by its number. */
export type ChainKeyOf = (chainId: number) => string;

export function balanceDto(view: BalanceView, keyOf: ChainKeyOf): BalanceDto {
  const { accountId, chainId, asset, kind, owner } = view;
  return {
    accountId,
    chainKey: keyOf(chainId),
    chainId,
    asset,
    kind,
    owner,
    debits: view.debits.toString(),
    credits: view.credits.toString(),
    balance: view.balance.toString(),
  };
}

export function journalDto(view: JournalView, keyOf: ChainKeyOf): JournalDto {
  return {
    journalId: view.id,
    seq: view.seq,
    businessKey: view.businessKey,
    kind: view.kind,
    chainKey: keyOf(view.chainId),
    chainId: view.chainId,
    asOfBlock: view.block.number,
    blockHash: view.block.hash,
    txHash: view.txHash,
    logIndex: view.logIndex,
    occurredAt: view.occurredAt,
    prevHash: view.prevHash,
    hash: view.hash,
    postings: view.postings.map(({ leg, accountId, asset, kind, owner, amount }) => ({
      leg,
      accountId,
      asset,
      kind,
      owner,
      amount: amount.toString(),
    })),
  };
}

export function trialBalanceLineDto(
  line: TrialBalanceLine,
  keyOf: ChainKeyOf,
): TrialBalanceLineDto {
  const { chainId, asset } = line;
  return {
    chainKey: keyOf(chainId),
    chainId,
    asset,
    debits: line.debits.toString(),
    credits: line.credits.toString(),
    difference: line.difference.toString(),
  };
}

/** A verified ledger and what it was verified against. */
export interface Audit {
  readonly reading: AnchorReading;
  readonly result: VerifyResult;
}

export function auditDto({ reading, result }: Audit, keyOf: ChainKeyOf): AuditDto {
  const { journals, postings, firstBad } = result;
  const { statements, decisions, source, fault } = reading;
  const firstFault: LedgerFault | undefined = firstBad ?? fault;
  return {
    ok: firstFault === undefined,
    journals,
    postings,
    anchoredEpochs: statements.length,
    anchoredUpto: statements.at(-1)?.epoch ?? null,
    decisions,
    anchorSource: source,
    firstBad: firstFault === undefined ? null : faultDto(firstFault, keyOf),
  };
}

function faultDto(fault: LedgerFault, keyOf: ChainKeyOf): LedgerFaultDto {
  return {
    reason: fault.reason,
    chainKey: fault.chainId === undefined ? null : keyOf(fault.chainId),
    journalId: fault.journalId ?? null,
    businessKey: fault.businessKey ?? null,
    leg: fault.leg ?? null,
    accountId: fault.accountId ?? null,
    epoch: fault.epoch ?? null,
  };
}

export function digestDto(view: RewardsDigest, keyOf: ChainKeyOf): DigestDto {
  return {
    digest: view.digest,
    ledgerDigest: view.ledger.digest,
    journals: view.ledger.journals,
    postings: view.ledger.postings,
    chains: view.ledger.chains.map(({ chainId, journals, postings, head }) => ({
      chainKey: keyOf(chainId),
      chainId,
      journals,
      postings,
      head,
    })),
    states: view.states.map(({ chainId, block, farms, positions, digest }) => ({
      chainKey: keyOf(chainId),
      chainId,
      asOfBlock: block,
      farms,
      positions,
      digest,
    })),
  };
}
