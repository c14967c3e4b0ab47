import type { Command } from 'commander';
import { Answer } from '../answer.js';
import { commandId } from '../arguments.js';
import type { ApiClient } from '../api-client.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { formatFlag, formatText, formatTime, shortHex } from '../format.js';
import type { Output } from '../output.js';
import type { Session } from '../session.js';
import type { Column } from '../table.js';
import { type ListOptions, withLimit } from './list-options.js';

interface CommandListOptions extends ListOptions {
  readonly chain?: string;
  readonly state?: string;
}

const COLUMNS: readonly Column[] = [
  { title: 'COMMAND', value: (row) => formatText(row.text('id')) },
  { title: 'STATE', value: (row) => formatText(row.text('state')) },
  { title: 'SENT', value: (row) => formatTime(row.count('sentAt')) },
  { title: 'READY', value: (row) => formatTime(row.count('readyAt')) },
  { title: 'WHAT IT SAYS', value: (row) => formatText(row.text('sentence')) },
];

export function addCommandCommands(program: Command, session: Session): void {
  const commands = program.command('commands').description('what the hub told other chains');
  withLimit(
    commands.command('list', { isDefault: true }).description('list commands, newest first'),
  )
    .option('--chain <chain>', 'only commands for this chain (key, number or eip155:<number>)')
    .option('--state <state>', 'only commands in this state')
    .action(async (options: CommandListOptions, command: Command) => {
      await session.run(command, async ({ api, out }) => {
        const { limit, chain, state } = options;
        const body = await api.get('/v1/commands', { limit, chain, state });
        if (out.isJson) out.json(body);
        else out.table(COLUMNS, Answer.of(body).list('items'), 'The hub commanded nothing yet.');
        return EXIT.ok;
      });
    });
  commands
    .command('show')
    .description('show one command: how far it got, why, and what to do')
    .argument('<command>', 'chain it is for and its number, such as alpha:7', commandId)
    .action(async (id: string, _options: unknown, command: Command) => {
      await session.run(command, ({ api, out }) => showCommand(api, out, id));
    });
}

async function showCommand(api: ApiClient, out: Output, id: string): Promise<ExitCode> {
  const body = await api.get(`/v1/commands/${id.replace(':', '/')}`);
  if (out.isJson) {
    out.json(body);
    return EXIT.ok;
  }
  const command = Answer.of(body);
  const txs = command.object('txs');
  out.facts([
    ['command', formatText(command.text('id'))],
    ['says', formatText(command.text('sentence'))],
    ['kind', formatText(command.text('kind'))],
    ['state', formatText(command.text('state'))],
    ['packet', formatText(command.text('guid'))],
    ['sent', formatTime(command.count('sentAt'))],
    ['ready', formatTime(command.count('readyAt'))],
    ['expires', formatTime(command.count('expiresAt'))],
    ['updated', formatTime(command.count('updatedAt'))],
    ['final', formatFlag(command.flag('isFinal'))],
    ['sent in', shortHex(txs?.text('sent'))],
    ['settled in', shortHex(txs?.text('settled'))],
  ]);
  const cause = command.text('cause');
  const nextStep = command.text('nextStep');
  if (cause !== undefined) out.line(`\n${cause}`.trim());
  if (nextStep !== undefined) out.line(nextStep);
  return EXIT.ok;
}
