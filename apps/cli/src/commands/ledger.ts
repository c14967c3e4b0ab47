import type { Command } from 'commander';
import { Answer } from '../answer.js';
import type { ApiClient } from '../api-client.js';
import { addressText, positiveInt, rootText } from '../arguments.js';
import { badInput } from '../cli-error.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { formatCount, formatFlag, formatText, shortHex } from '../format.js';
import type { Output } from '../output.js';
import type { Session } from '../session.js';
import type { Column } from '../table.js';
import { type ProveOptions, writeProof } from './prove-user.js';
import { verifyProofFile } from './verify-proof.js';

interface VerifyOptions {
  readonly proof?: string;
  readonly root?: string;
}

export function addLedgerCommands(program: Command, session: Session): void {
  const ledger = program.command('ledger').description('double-entry ledger');
  ledger
    .command('reconcile')
    .description('compare the ledger with every chain now; exit 1 unless they are equal')
    .action(async (_options: unknown, command: Command) => {
      await session.run(command, ({ api, out }) => reconcile(api, out));
    });
  ledger
    .command('verify')
    .description('check every journal, or a proof from its file alone; exit 1 when one is wrong')
    .option('--proof <file>', 'verify this proof instead, without asking anyone')
    .option('--root <hash>', 'root the proof has to be of', rootText)
    .action(async (options: VerifyOptions, command: Command) => {
      const { proof, root } = options;
      if (proof === undefined && root !== undefined) throw badInput('--root goes with --proof.');
      await session.run(command, ({ api, out }) =>
        proof === undefined ? verify(api, out) : verifyProofFile({ proof, root }, out),
      );
    });
  ledger
    .command('prove')
    .description('write the proof of what a user was owed at the end of an epoch')
    .requiredOption('--user <address>', 'whose claims', addressText)
    .requiredOption('--epoch <n>', 'epoch number', positiveInt)
    .option('--out <file>', 'file to write; the terminal otherwise')
    .action(async (options: ProveOptions, command: Command) => {
      await session.run(command, ({ api, out }) => writeProof(options, api, out));
    });
  ledger
    .command('trial-balance')
    .description('sum debits and credits per chain and asset; exit 1 when they differ')
    .action(async (_options: unknown, command: Command) => {
      await session.run(command, ({ api, out }) => trialBalance(api, out));
    });
}

const RECONCILED_CHAINS: readonly Column[] = [
  { title: 'CHAIN', value: (row) => formatText(row.text('chainKey')) },
  { title: 'BLOCK', value: (row) => formatCount(row.count('block')), isNumber: true },
  { title: 'PAIRS', value: (row) => formatCount(row.count('comparedPairs')), isNumber: true },
  { title: 'DRIFT WEI', value: (row) => formatText(row.text('driftWei')), isNumber: true },
];

const DIFFERENCES: readonly Column[] = [
  { title: 'WHAT', value: whatOf },
  { title: 'CHAIN', value: (row) => formatText(row.text('chainKey')) },
  { title: 'FARM', value: (row) => formatCount(row.count('farmId')), isNumber: true },
  { title: 'USER', value: (row) => formatText(row.text('user')) },
  { title: 'LEDGER', value: (row) => formatText(row.text('ledger')), isNumber: true },
  { title: 'ON CHAIN', value: (row) => formatText(row.text('chain')), isNumber: true },
  { title: 'ACCOUNT', value: (row) => formatCount(row.count('accountId')), isNumber: true },
  { title: 'JOURNAL', value: (row) => formatCount(row.count('journalId')), isNumber: true },
];

async function reconcile(api: ApiClient, out: Output): Promise<ExitCode> {
  const body = await api.post('/v1/reconciliations');
  const run = Answer.of(body);
  const isEqual = run.flag('ok') === true && run.text('outcome') === 'equal';
  const exitCode = isEqual ? EXIT.ok : EXIT.checkFailed;
  if (out.isJson) {
    out.json(body);
    return exitCode;
  }
  const chains = run.list('chains');
  out.table(RECONCILED_CHAINS, chains, 'No chain is configured.');
  const differences = chains.flatMap((chain) => chain.list('differences'));
  if (differences.length > 0) {
    out.line();
    out.table(DIFFERENCES, differences, '');
    for (const difference of differences) {
      const where = difference.text('where');
      if (where !== undefined) out.line(`${difference.text('account') ?? '?'}: ${where}`);
    }
  }
  out.line();
  out.facts([
    ['pairs compared', formatCount(run.count('comparedPairs'))],
    ['orders, moves and proposals compared', formatCount(run.count('comparedProjections'))],
    ['positions', selectionOf(run)],
    ['hash chain', run.flag('ledgerVerified') === true ? 'verified' : 'BROKEN'],
  ]);
  for (const problem of run.texts('problems')) out.line(problem);
  out.line(verdictOf(run));
  return exitCode;
}

function selectionOf(run: Answer): string {
  if (run.text('mode') !== 'sampled') return 'all of them';
  return `those that changed and a sample, drawn with seed ${run.text('seed') ?? '?'}`;
}

function verdictOf(run: Answer): string {
  const outcome = run.text('outcome');
  if (outcome === 'equal') return 'The ledger equals every chain.';
  if (outcome !== 'not-compared') return 'The ledger does NOT equal every chain.';
  const isNothing = run.list('chains').every((chain) => chain.text('notCompared') !== undefined);
  return isNothing
    ? 'The ledger is not checked: nothing was compared yet.'
    : 'Not every chain was compared; what was compared is equal.';
}

function whatOf(row: Answer): string {
  const field = row.text('field');
  const subject = row.text('subject');
  const of = subject === undefined ? '' : ` of ${subject}`;
  return `${row.text('what') ?? '?'}${field === undefined ? '' : ` ${field}`}${of}`;
}

async function verify(api: ApiClient, out: Output): Promise<ExitCode> {
  const body = await api.getSlowly('/v1/ledger/verification');
  const verification = Answer.of(body);
  const isOk = verification.flag('ok') === true;
  if (out.isJson) {
    out.json(body);
    return isOk ? EXIT.ok : EXIT.checkFailed;
  }
  const firstBad = verification.object('firstBad');
  out.facts([
    ['journals', formatCount(verification.count('journals'))],
    ['intact', formatFlag(isOk)],
    ['epochs the hub vouches for', anchorsOf(verification)],
    ...(firstBad === undefined
      ? []
      : ([
          ['first bad journal', formatCount(firstBad.count('journalId'))],
          ['business key', formatText(firstBad.text('businessKey'))],
          ['posting', formatCount(firstBad.count('leg'))],
          ['account', formatCount(firstBad.count('accountId'))],
          ['epoch', formatCount(firstBad.count('epoch'))],
          ['reason', formatText(firstBad.text('reason'))],
        ] as const)),
  ]);
  return isOk ? EXIT.ok : EXIT.checkFailed;
}

function anchorsOf(verification: Answer): string {
  const epochs = formatCount(verification.count('anchoredEpochs'));
  const upto = verification.count('anchoredUpto');
  if (upto === undefined) return `${epochs}: nothing outside the database vouches for the ledger`;
  const isAsked = verification.text('anchorSource') === 'hub';
  return `${epochs}, up to ${upto}${isAsked ? '' : ' (as indexed; the hub did not answer)'}`;
}

const TRIAL_BALANCE: readonly Column[] = [
  { title: 'CHAIN', value: (row) => formatText(row.text('chainKey')) },
  { title: 'ASSET', value: (row) => shortHex(row.text('asset')) },
  { title: 'DEBITS', value: (row) => formatText(row.text('debits')), isNumber: true },
  { title: 'CREDITS', value: (row) => formatText(row.text('credits')), isNumber: true },
  { title: 'DIFFERENCE', value: (row) => formatText(row.text('difference')), isNumber: true },
];

async function trialBalance(api: ApiClient, out: Output): Promise<ExitCode> {
  const body = await api.get('/v1/ledger/trial-balance');
  const rows = Answer.of(body).list('items');
  const isBalanced = rows.every((row) => row.amount('difference') === 0n);
  if (out.isJson) out.json(body);
  else out.table(TRIAL_BALANCE, rows, 'Nothing is posted yet.');
  return isBalanced ? EXIT.ok : EXIT.checkFailed;
}
