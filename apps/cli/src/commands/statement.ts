import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { Answer } from '../answer.js';
import type { ApiClient } from '../api-client.js';
import { addressText, positiveInt } from '../arguments.js';
import { badInput } from '../cli-error.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { formatCount, formatText, formatTime, shortHex } from '../format.js';
import type { Output } from '../output.js';
import type { Session } from '../session.js';
import type { Column } from '../table.js';

interface StatementOptions {
  readonly fromEpoch?: number;
  readonly toEpoch?: number;
  readonly fromBlocks?: string;
  readonly toBlocks?: string;
  readonly csv?: true;
  readonly out?: string;
}

export function addStatementCommand(program: Command, session: Session): void {
  program
    .command('statement')
    .description('show opening, movements and closing of all accounts of a user, on every chain')
    .argument('<user>', 'address', addressText)
    .option('--from-epoch <n>', 'first epoch; opens at the end of the one before', positiveInt)
    .option('--to-epoch <n>', 'last epoch; closes at its end', positiveInt)
    .option('--from-blocks <list>', 'open at the end of these blocks, such as hub:120,alpha:99')
    .option('--to-blocks <list>', 'close at the end of these final blocks')
    .option('--csv', 'print CSV')
    .option('--out <file>', 'file to write; the terminal otherwise')
    .action(async (user: string, options: StatementOptions, command: Command) => {
      await session.run(command, ({ api, out }) => statement({ user, ...options }, api, out));
    });
}

async function statement(
  { user, csv, out: path, ...period }: StatementOptions & { readonly user: string },
  api: ApiClient,
  out: Output,
): Promise<ExitCode> {
  if (csv === true) {
    const text = await api.getText(`/v1/statements/${user}/csv`, period);
    if (path === undefined) out.text(text);
    else await write(path, text);
    return EXIT.ok;
  }
  const body = await api.get(`/v1/statements/${user}`, period);
  if (path !== undefined) {
    await write(path, `${JSON.stringify(body, null, 2)}\n`);
    return EXIT.ok;
  }
  if (out.isJson) {
    out.json(body);
    return EXIT.ok;
  }
  const answer = Answer.of(body);
  out.table(CHAINS, answer.list('chains'), 'No chain is configured.');
  out.line();
  out.table(ACCOUNTS, answer.list('accounts'), `${user} has no account.`);
  out.line();
  out.table(LINES, answer.list('lines'), 'Nothing moved.');
  return EXIT.ok;
}

async function write(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw badInput(`The statement cannot be written: ${reason}.`, 'cli.unwritable-file');
  }
}

const CHAIN: Column = { title: 'CHAIN', value: (row) => formatText(row.text('chainKey')) };
const ASSET: Column = { title: 'TOKEN', value: (row) => shortHex(row.text('asset')) };
const KIND: Column = { title: 'ACCOUNT', value: (row) => formatText(row.text('kind')) };

function amount(title: string, field: string): Column {
  return { title, value: (row) => formatText(row.text(field)), isNumber: true };
}

const CHAINS: readonly Column[] = [
  CHAIN,
  {
    title: 'OPENS AFTER BLOCK',
    value: (row) => formatCount(row.count('openingBlock')),
    isNumber: true,
  },
  {
    title: 'CLOSES AFTER BLOCK',
    value: (row) => formatCount(row.count('closingBlock')),
    isNumber: true,
  },
];

const ACCOUNTS: readonly Column[] = [
  CHAIN,
  ASSET,
  KIND,
  amount('OPENING', 'opening'),
  amount('IN', 'credits'),
  amount('OUT', 'debits'),
  amount('CLOSING', 'closing'),
];

const LINES: readonly Column[] = [
  { title: 'TIME', value: (row) => formatTime(row.count('occurredAt')) },
  CHAIN,
  ASSET,
  KIND,
  { title: 'WHAT', value: (row) => formatText(row.text('journalKind')) },
  amount('AMOUNT', 'amount'),
  amount('BALANCE', 'balance'),
  { title: 'JOURNAL', value: (row) => formatCount(row.count('journalId')), isNumber: true },
  { title: 'TX', value: (row) => shortHex(row.text('txHash')) },
  { title: 'LOG', value: (row) => formatCount(row.count('logIndex')), isNumber: true },
];
