import type { Command } from 'commander';
import { canonicalJson } from '#kernel';
import { HoldStore, LedgerModule } from '#ledger';
import { Answer } from '../answer.js';
import { positiveInt } from '../arguments.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { formatCount, formatText } from '../format.js';
import { withServices } from '../operator.js';
import type { Output } from '../output.js';
import type { Session } from '../session.js';
import type { Column } from '../table.js';

/** Holds on what a reconciliation found to differ; they work on the database itself. */
export function addHoldCommands(program: Command, session: Session): void {
  const hold = program
    .command('hold')
    .description('what is not relied on because it differs from its chain (needs the database)');
  hold
    .command('list')
    .description('holds in force; exit 1 when there are any')
    .action(async (_options: unknown, command: Command) => {
      await session.run(command, ({ out }) => list(out));
    });
  hold
    .command('release')
    .description('relies on it again, although no comparison found it equal')
    .argument('<id>', 'number of the hold', positiveInt)
    .requiredOption('--by <name>', 'who decided it; kept with the hold')
    .action(async (id: number, options: { readonly by: string }, command: Command) => {
      await session.run(command, ({ out }) => release(out, id, options.by));
    });
}

const HOLDS: readonly Column[] = [
  { title: 'ID', value: (row) => formatCount(row.count('id')), isNumber: true },
  { title: 'CHAIN ID', value: (row) => formatCount(row.count('chainId')), isNumber: true },
  { title: 'SCOPE', value: (row) => formatText(row.text('scope')) },
  { title: 'SUBJECT', value: (row) => formatText(row.text('subject')) },
  { title: 'REASON', value: (row) => formatText(row.text('reason')) },
];

async function list(out: Output): Promise<ExitCode> {
  const holds = await withServices([LedgerModule], async (services) =>
    services.get(HoldStore).open(),
  );
  const body: unknown = JSON.parse(canonicalJson({ items: holds }));
  if (out.isJson) out.json(body);
  else out.table(HOLDS, Answer.of(body).list('items'), 'Nothing is on hold.');
  return holds.length === 0 ? EXIT.ok : EXIT.checkFailed;
}

async function release(out: Output, id: number, by: string): Promise<ExitCode> {
  const released = await withServices([LedgerModule], async (services) =>
    services.get(HoldStore).release([id], by),
  );
  if (out.isJson) out.json({ id, released: released === 1 });
  else out.line(released === 1 ? `Hold ${id} is released.` : `No hold ${id} is in force.`);
  return released === 1 ? EXIT.ok : EXIT.checkFailed;
}
