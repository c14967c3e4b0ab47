import type { ReconcileOutcome } from '#reconcile';
import type { ChainKeyOf } from '../ledger/ledger-dto.js';
import type { TrialBalanceLineDto, VerificationDto } from '../ledger/ledger.dto.js';
import type {
  ChainSupplyDto,
  DifferenceDto,
  ReconciledChainDto,
  ReconciliationDto,
  SupplyDto,
} from './reconciliations.dto.js';
import { StoredFields } from './stored-fields.js';

const MS_PER_SECOND = 1_000;

/** A run as stored: the report has its amounts as decimal strings. */
export interface StoredRun {
  readonly id: number;
  readonly createdAt: Date;
  readonly report: unknown;
}

export function reconciliationDto(run: StoredRun, keyOf: ChainKeyOf): ReconciliationDto {
  const report = StoredFields.of(run.report);
  const supply = supplyDto(report.objectOrNull('supply'));
  const trialBalance = report.list('trialBalance').map((line) => lineDto(line, keyOf));
  const verification = verificationDto(report.object('verification'), keyOf);
  const chains = report.list('chains').map(chainDto);
  const outcome = outcomeOf(report);
  return {
    id: run.id,
    ok: outcome === 'equal',
    outcome,
    mode: report.textOrNull('mode') === 'sampled' ? 'sampled' : 'full',
    seed: report.textOrNull('seed'),
    finishedAt: Math.floor(run.createdAt.getTime() / MS_PER_SECOND),
    comparedPairs: report.int('comparedPairs'),
    comparedProjections: report.intOrNull('comparedProjections') ?? 0,
    driftWei: report.textOrNull('driftWei'),
    problems: problemsOf({ chains, supply, trialBalance, verification }),
    chains,
    supply,
    trialBalance,
    ledgerVerified: report.flag('ledgerVerified'),
    verification,
  };
}

/** A report of before outcomes were told apart is judged by its flag. */
function outcomeOf(report: StoredFields): ReconcileOutcome {
  const outcome = report.textOrNull('outcome') ?? (report.flag('ok') ? 'equal' : 'different');
  if (outcome === 'equal' || outcome === 'not-compared') return outcome;
  return 'different';
}

function problemsOf(facts: {
  readonly chains: readonly ReconciledChainDto[];
  readonly supply: SupplyDto | null;
  readonly trialBalance: readonly TrialBalanceLineDto[];
  readonly verification: VerificationDto;
}): readonly string[] {
  const { chains, supply, trialBalance, verification } = facts;
  const { firstBad } = verification;
  const journal = firstBad?.businessKey ?? null;
  return [
    ...chains.map(({ notCompared }) => notCompared).filter((sentence) => sentence !== null),
    ...(supply === null || supply.ok
      ? []
      : [
          `The reward supply is off by ${supply.difference} wei: ${supply.total} on the chains and ` +
            `${supply.inFlight} in flight, ${supply.initial} minted.`,
        ]),
    ...trialBalance
      .filter(({ difference }) => difference !== '0')
      .map(
        ({ chainKey, asset, difference }) =>
          `The trial balance of ${asset} on ${chainKey} is ${difference}, not 0.`,
      ),
    ...(firstBad === null
      ? []
      : [`The ledger is not intact: ${journal === null ? '' : `${journal} `}${firstBad.reason}.`]),
  ];
}

function chainDto(chain: StoredFields): ReconciledChainDto {
  const chainKey = chain.text('chainKey');
  const supply = chain.objectOrNull('supply');
  return {
    chainKey,
    chainId: chain.int('chainId'),
    block: chain.intOrNull('block'),
    blockHash: chain.textOrNull('blockHash'),
    postedBlock: chain.intOrNull('postedBlock'),
    comparedPairs: chain.int('comparedPairs'),
    comparedStates: chain.int('comparedStates'),
    comparedProjections: chain.intOrNull('comparedProjections') ?? 0,
    driftWei: chain.textOrNull('driftWei'),
    differences: chain.list('differences').map((difference) => differenceDto(difference, chainKey)),
    supply: supply === null ? null : chainSupplyDto(supply),
    notCompared: chain.objectOrNull('notCompared')?.text('sentence') ?? null,
  };
}

function differenceDto(difference: StoredFields, chainKey: string): DifferenceDto {
  const farmId = difference.intOrNull('farmId');
  const user = difference.textOrNull('user');
  const subject = difference.textOrNull('subject');
  const accountId = difference.intOrNull('accountId');
  const parts = [
    ...(user === null ? [] : [user]),
    ...(subject === null ? [] : [subject]),
    ...(farmId === null ? [chainKey] : [`farm ${farmId} on ${chainKey}`]),
    ...(accountId === null ? [] : [`account ${accountId}`]),
  ];
  return {
    what: difference.text('what'),
    field: difference.textOrNull('field'),
    chainKey,
    block: difference.int('block'),
    farmId,
    user,
    subject,
    account: parts.join(', '),
    ledger: difference.text('ledger'),
    chain: difference.text('chain'),
    accountId,
    journalId: difference.intOrNull('journalId'),
    where: difference.objectOrNull('divergence')?.text('sentence') ?? null,
  };
}

function chainSupplyDto(supply: StoredFields): ChainSupplyDto {
  return {
    block: supply.int('block'),
    totalSupply: supply.text('totalSupply'),
    sent: supply.text('sent'),
    received: supply.text('received'),
    minted: supply.text('minted'),
  };
}

function supplyDto(supply: StoredFields | null): SupplyDto | null {
  if (supply === null) return null;
  return {
    ok: supply.flag('ok'),
    initial: supply.text('initial'),
    total: supply.text('total'),
    inFlight: supply.text('inFlight'),
    difference: supply.text('difference'),
  };
}

function lineDto(line: StoredFields, keyOf: ChainKeyOf): TrialBalanceLineDto {
  const chainId = line.int('chainId');
  return {
    chainKey: keyOf(chainId),
    chainId,
    asset: line.text('asset'),
    debits: line.text('debits'),
    credits: line.text('credits'),
    difference: line.text('difference'),
  };
}

function verificationDto(verification: StoredFields, keyOf: ChainKeyOf): VerificationDto {
  const fault = verification.objectOrNull('firstBad');
  const chainId = fault?.intOrNull('chainId') ?? null;
  return {
    ok: verification.flag('ok'),
    journals: verification.int('journals'),
    postings: verification.int('postings'),
    firstBad:
      fault === null
        ? null
        : {
            reason: fault.text('reason'),
            chainKey: chainId === null ? null : keyOf(chainId),
            journalId: fault.intOrNull('journalId'),
            businessKey: fault.textOrNull('businessKey'),
            leg: fault.intOrNull('leg'),
            accountId: fault.intOrNull('accountId'),
            epoch: fault.intOrNull('epoch'),
          },
  };
}
