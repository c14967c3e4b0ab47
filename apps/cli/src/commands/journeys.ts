import type { Command } from 'commander';
import { Answer } from '../answer.js';
import { addressText, guidText } from '../arguments.js';
import { EXIT } from '../exit-codes.js';
import { formatCount, formatFlag, formatText, shortHex, UNKNOWN } from '../format.js';
import type { Session } from '../session.js';
import type { Column } from '../table.js';
import { type ListOptions, withLimit } from './list-options.js';

interface JourneyListOptions extends ListOptions {
  readonly user?: string;
}

const COLUMNS: readonly Column[] = [
  { title: 'GUID', value: (row) => formatText(row.text('guid')) },
  { title: 'USER', value: (row) => shortHex(row.text('user')) },
  { title: 'FROM', value: (row) => place(row, 'src') },
  { title: 'TO', value: (row) => place(row, 'dst') },
  { title: 'STATE', value: (row) => formatText(row.text('state')) },
  { title: 'WHERE THE FUNDS ARE', value: (row) => formatText(row.text('where')) },
];

export function addJourneyCommands(program: Command, session: Session): void {
  const journeys = program.command('journeys').description('positions that change chains');
  withLimit(
    journeys.command('list', { isDefault: true }).description('list journeys, newest first'),
  )
    .option('--user <address>', 'only journeys of this user', addressText)
    .action(async (options: JourneyListOptions, command: Command) => {
      await session.run(command, async ({ api, out }) => {
        const { limit, user } = options;
        const body = await api.get('/v1/journeys', { limit, user });
        if (out.isJson) out.json(body);
        else out.table(COLUMNS, Answer.of(body).list('items'), 'No position has moved yet.');
        return EXIT.ok;
      });
    });
  journeys
    .command('show')
    .description('show one journey: where the funds are and what to do next')
    .argument('<guid>', 'guid of the packet that carries the position', guidText)
    .action(async (guid: string, _options: unknown, command: Command) => {
      await session.run(command, async ({ api, out }) => {
        const body = await api.get(`/v1/journeys/${guid}`);
        if (out.isJson) {
          out.json(body);
          return EXIT.ok;
        }
        const journey = Answer.of(body);
        out.facts([
          ['guid', formatText(journey.text('guid'))],
          ['user', formatText(journey.text('user'))],
          ['recipient', formatText(journey.text('recipient'))],
          ['from', place(journey, 'src')],
          ['to', place(journey, 'dst')],
          ['amount', formatText(journey.text('amount'))],
          ['state', formatText(journey.text('state'))],
          ['reason', formatText(journey.text('reason'))],
          ['final', formatFlag(journey.flag('isFinal'))],
          ['where', formatText(journey.text('where'))],
        ]);
        for (const step of journey.texts('nextSteps')) out.line(`next: ${step}`);
        return EXIT.ok;
      });
    });
}

function place(row: Answer, side: 'src' | 'dst'): string {
  const end = row.object(side);
  if (end === undefined) return UNKNOWN;
  return `${end.text('chainKey') ?? '?'} farm ${formatCount(end.count('farmId'))}`;
}
