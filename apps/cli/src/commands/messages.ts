import type { Command } from 'commander';
import { Answer } from '../answer.js';
import { guidText } from '../arguments.js';
import type { ApiClient } from '../api-client.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { formatFlag, formatText, formatTime, shortHex, UNKNOWN } from '../format.js';
import type { Output } from '../output.js';
import type { Session } from '../session.js';
import type { Column } from '../table.js';
import { type ListOptions, withLimit } from './list-options.js';

interface MessageListOptions extends ListOptions {
  readonly status?: string;
}

const COLUMNS: readonly Column[] = [
  { title: 'GUID', value: (row) => formatText(row.text('guid')) },
  { title: 'KIND', value: (row) => formatText(row.text('kind')) },
  {
    title: 'ROUTE',
    value: (row) => `${row.text('srcChainKey') ?? '?'} → ${row.text('dstChainKey') ?? '?'}`,
  },
  { title: 'STATUS', value: (row) => formatText(row.text('status')) },
  { title: 'DVNS', value: dvns },
  { title: 'SENT', value: (row) => formatTime(row.count('sentAt')) },
];

export function addMessageCommands(program: Command, session: Session): void {
  const messages = program.command('messages').description('cross-chain packets');
  withLimit(messages.command('list').description('list packets, newest first'))
    .option('--status <status>', 'only packets in this status')
    .action(async (options: MessageListOptions, command: Command) => {
      await session.run(command, async ({ api, out }) => {
        const { limit, status } = options;
        const body = await api.get('/v1/messages', { limit, status });
        if (out.isJson) out.json(body);
        else out.table(COLUMNS, Answer.of(body).list('items'), 'No packet.');
        return EXIT.ok;
      });
    });
  messages
    .command('show')
    .description('show one packet: how far it got, why, and what to do')
    .argument('<guid>', 'guid of the packet', guidText)
    .action(async (guid: string, _options: unknown, command: Command) => {
      await session.run(command, ({ api, out }) => showMessage(api, out, guid));
    });
}

async function showMessage(api: ApiClient, out: Output, guid: string): Promise<ExitCode> {
  const body = await api.get(`/v1/messages/${guid}`);
  if (out.isJson) {
    out.json(body);
    return EXIT.ok;
  }
  const message = Answer.of(body);
  const txs = message.object('txs');
  out.facts([
    ['guid', formatText(message.text('guid'))],
    ['kind', formatText(message.text('kind'))],
    ['route', `${message.text('srcChainKey') ?? '?'} → ${message.text('dstChainKey') ?? '?'}`],
    ['nonce', formatText(message.text('nonce'))],
    ['sender', formatText(message.text('sender'))],
    ['receiver', formatText(message.text('receiver'))],
    ['status', formatText(message.text('status'))],
    ['dvns', dvns(message)],
    ['sent', formatTime(message.count('sentAt'))],
    ['updated', formatTime(message.count('updatedAt'))],
    ['final', formatFlag(message.flag('isFinal'))],
    ['sent in', shortHex(txs?.text('sent'))],
    ['verified in', txs?.texts('verified').map(shortHex).join(' ') || UNKNOWN],
    ['delivered in', shortHex(txs?.text('delivered'))],
    ['composed in', shortHex(txs?.text('composed'))],
  ]);
  const cause = message.text('cause');
  const nextStep = message.text('nextStep');
  if (cause !== undefined) out.line(`\n${cause}`.trim());
  if (nextStep !== undefined) out.line(nextStep);
  return EXIT.ok;
}

function dvns(row: Answer): string {
  const counts = row.object('dvns');
  const verified = counts?.count('verified');
  const required = counts?.count('required');
  return verified === undefined || required === undefined ? UNKNOWN : `${verified}/${required}`;
}
