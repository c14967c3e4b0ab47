import type { Command } from 'commander';
import { Answer } from '../answer.js';
import type { ApiClient } from '../api-client.js';
import { positiveInt } from '../arguments.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { formatAmount, formatCount, formatFlag, formatText, shortHex, UNKNOWN } from '../format.js';
import type { Output } from '../output.js';
import type { Session } from '../session.js';
import type { Column } from '../table.js';
import { recomputeEpoch } from './recompute-epoch.js';
import { type ListOptions, withLimit } from './list-options.js';

export function addEpochCommands(program: Command, session: Session): void {
  const epoch = program.command('epoch').description('emission decisions');
  withLimit(epoch.command('list').description('list decided epochs, newest first')).action(
    async (options: ListOptions, command: Command) => {
      await session.run(command, ({ api, out }) => listEpochs(api, out, options));
    },
  );
  epoch
    .command('show')
    .description('show what an epoch gave to every farm and what became of its orders')
    .argument('<n>', 'epoch number', positiveInt)
    .action(async (number: number, _options: unknown, command: Command) => {
      await session.run(command, ({ api, out }) => showEpoch(api, out, number));
    });
  epoch
    .command('recompute')
    .description('decide an epoch again from its evidence, here; exit 1 when anything differs')
    .argument('<n>', 'epoch number', positiveInt)
    .action(async (number: number, _options: unknown, command: Command) => {
      await session.run(command, ({ api, out }) => recompute(api, out, number));
    });
}

async function listEpochs(api: ApiClient, out: Output, options: ListOptions): Promise<ExitCode> {
  const body = await api.get('/v1/epochs', { limit: options.limit });
  if (out.isJson) {
    out.json(body);
    return EXIT.ok;
  }
  const answer = Answer.of(body);
  const decimals = answer.object('rewardToken')?.count('sharedDecimals');
  const columns: readonly Column[] = [
    { title: 'EPOCH', value: (row) => formatCount(row.count('epoch')), isNumber: true },
    { title: 'REVISION', value: (row) => formatCount(row.count('revision')), isNumber: true },
    {
      title: 'BUDGET',
      value: (row) => formatAmount(row.amount('budgetSD'), decimals),
      isNumber: true,
    },
    {
      title: 'ALLOCATED',
      value: (row) => formatAmount(row.amount('allocatedSD'), decimals),
      isNumber: true,
    },
    { title: 'ORDERS', value: ordersOf },
    { title: 'FINAL', value: (row) => formatFlag(row.flag('isFinal')) },
    { title: 'EVIDENCE', value: (row) => shortHex(row.text('evidenceHash')) },
  ];
  out.table(columns, answer.list('items'), 'No epoch is decided yet.');
  return EXIT.ok;
}

function ordersOf(epoch: Answer): string {
  const orders = epoch.list('orders');
  if (orders.length === 0) return UNKNOWN;
  return orders
    .map((order) => `${order.text('chainKey') ?? '?'}: ${order.text('status') ?? '?'}`)
    .join(', ');
}

async function showEpoch(api: ApiClient, out: Output, number: number): Promise<ExitCode> {
  const body = await api.get(`/v1/epochs/${number}`);
  if (out.isJson) {
    out.json(body);
    return EXIT.ok;
  }
  const epoch = Answer.of(body);
  const token = epoch.object('rewardToken');
  const shared = token?.count('sharedDecimals');
  const decimals = token?.count('decimals');
  out.facts([
    ['epoch', formatCount(epoch.count('epoch'))],
    ['revision', formatCount(epoch.count('revision'))],
    ['budget', formatAmount(epoch.amount('budgetSD'), shared)],
    ['allocated', formatAmount(epoch.amount('allocatedSD'), shared)],
    ['evidence', formatText(epoch.text('evidenceHash'))],
    ['final', formatFlag(epoch.flag('isFinal'))],
  ]);
  out.line();
  out.table(targetColumns(shared), epoch.list('targets'), 'It gave nothing to any farm.');
  out.line();
  out.table(
    [
      { title: 'ORDER TO', value: (row) => formatText(row.text('chainKey')) },
      { title: 'STATUS', value: (row) => formatText(row.text('status')) },
      {
        title: 'AMOUNT',
        value: (row) => formatAmount(row.amount('amountSD'), shared),
        isNumber: true,
      },
      {
        title: 'APPLIED',
        value: (row) => formatAmount(row.amount('appliedNet'), decimals),
        isNumber: true,
      },
      { title: 'POT', value: (row) => formatAmount(row.amount('pot'), decimals), isNumber: true },
      { title: 'GUID', value: (row) => shortHex(row.text('guid')) },
    ],
    epoch.list('orders'),
    'No order was dispatched yet.',
  );
  return EXIT.ok;
}

function targetColumns(decimals: number | undefined): readonly Column[] {
  return [
    { title: 'CHAIN', value: (row) => formatText(row.text('chainKey')) },
    { title: 'FARM', value: (row) => formatCount(row.count('farmId')), isNumber: true },
    {
      title: 'TARGET',
      value: (row) => formatAmount(row.amount('amountSD'), decimals),
      isNumber: true,
    },
  ];
}

async function recompute(api: ApiClient, out: Output, number: number): Promise<ExitCode> {
  const epoch = Answer.of(await api.get(`/v1/epochs/${number}`));
  const verdict = await recomputeEpoch(epoch);
  if (out.isJson) {
    out.json(verdict);
  } else {
    for (const check of verdict.checks) {
      out.line(`${check.isOk ? 'ok  ' : 'FAIL'}  ${check.what}`);
      if (!check.isOk) out.line(`      expected ${check.expected}, got ${check.actual}`);
    }
    out.line(
      verdict.isReproducible
        ? `Epoch ${number} follows from its evidence.`
        : `Epoch ${number} does NOT follow from its evidence.`,
    );
  }
  return verdict.isReproducible ? EXIT.ok : EXIT.checkFailed;
}
