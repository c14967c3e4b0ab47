import type { Command } from 'commander';
import { Answer } from '../answer.js';
import { EXIT } from '../exit-codes.js';
import { formatCount, formatText, UNKNOWN } from '../format.js';
import type { Session } from '../session.js';
import type { Column } from '../table.js';

const COLUMNS: readonly Column[] = [
  { title: 'CHAIN', value: (row) => formatText(row.text('chainKey')) },
  { title: 'STATUS', value: (row) => formatText(row.text('status')) },
  { title: 'HEAD', value: (row) => formatCount(row.count('headBlock')), isNumber: true },
  { title: 'INDEXED', value: (row) => formatCount(row.count('indexedBlock')), isNumber: true },
  { title: 'FINAL', value: (row) => formatCount(row.count('finalizedBlock')), isNumber: true },
  { title: 'LAG', value: lag, isNumber: true },
  { title: 'ETA', value: eta, isNumber: true },
  { title: 'ENDPOINTS', value: endpoints },
  {
    title: 'PROBLEM',
    value: (row) => row.text('haltedReason') ?? row.text('lastError') ?? UNKNOWN,
  },
];

export function addStatusCommand(program: Command, session: Session): void {
  program
    .command('status')
    .description('show whether every chain is followed; exit 1 when something is wrong')
    .action(async (_options: unknown, command: Command) => {
      await session.run(command, async ({ api, out }) => {
        const { body } = await api.getStatus('/v1/health/ready');
        const health = Answer.of(body);
        const status = health.text('status');
        if (out.isJson) {
          out.json(body);
        } else {
          out.table(COLUMNS, health.list('chains'), 'No chain is configured.');
          out.line();
          out.facts([
            ['status', formatText(status)],
            ['database', formatText(health.object('database')?.text('status'))],
          ]);
        }
        return status === 'ok' ? EXIT.ok : EXIT.checkFailed;
      });
    });
}

/** How long an index that is behind takes to catch up. */
function eta(row: Answer): string {
  const [seconds, speed] = [row.count('etaSeconds'), row.count('blocksPerSecond')];
  if (seconds === undefined || speed === undefined) return UNKNOWN;
  return `${seconds} s at ${speed}/s`;
}

/** How many must agree, of how many that may be asked. */
function endpoints(row: Answer): string {
  const [all, quorum] = [row.count('endpoints'), row.count('quorum')];
  if (all === undefined || quorum === undefined) return UNKNOWN;
  const shutOut = row.count('endpointsShutOut') ?? 0;
  return `${quorum} of ${all}${shutOut === 0 ? '' : `, ${shutOut} shut out`}`;
}

function lag(row: Answer): string {
  const seconds = row.count('lagSeconds');
  return seconds === undefined ? UNKNOWN : `${seconds} s`;
}
