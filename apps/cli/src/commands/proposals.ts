import type { Command } from 'commander';
import { Answer } from '../answer.js';
import { proposalId } from '../arguments.js';
import { EXIT } from '../exit-codes.js';
import { formatText, formatTime, UNKNOWN } from '../format.js';
import type { Session } from '../session.js';
import type { Column } from '../table.js';

const COLUMNS: readonly Column[] = [
  { title: 'TITLE', value: (row) => formatText(row.text('title')) },
  { title: 'STATE', value: (row) => formatText(row.text('state')) },
  { title: 'DEADLINE', value: (row) => formatTime(row.count('deadlineAt')) },
  { title: 'VERIFIED', value: (row) => formatText(row.object('verification')?.text('status')) },
  // Whole, because `proposals show` needs it; last, because it is up to 78 digits long.
  { title: 'ID', value: (row) => formatText(row.text('id')) },
];

const CHECK_COLUMNS: readonly Column[] = [
  { title: 'CHECK', value: (row) => verdictOf(row.flag('ok')) },
  { title: 'WHAT', value: (row) => formatText(row.text('what')) },
  { title: 'CHAIN', value: (row) => formatText(row.text('chainKey')) },
  { title: 'EXPECTED', value: (row) => formatText(row.text('expected')) },
  { title: 'ACTUAL', value: (row) => formatText(row.text('actual')) },
];

export function addProposalCommands(program: Command, session: Session): void {
  const proposals = program.command('proposals').description('governance');
  proposals
    .command('list', { isDefault: true })
    .description('list proposals, newest first')
    .action(async (_options: unknown, command: Command) => {
      await session.run(command, async ({ api, out }) => {
        const body = await api.get('/v1/proposals');
        if (out.isJson) out.json(body);
        else out.table(COLUMNS, Answer.of(body).list('items'), 'Nothing was proposed yet.');
        return EXIT.ok;
      });
    });
  proposals
    .command('show')
    .description('show one proposal and whether its effect is seen on every chain')
    .argument('<id>', 'proposal number', proposalId)
    .action(async (id: string, _options: unknown, command: Command) => {
      await session.run(command, async ({ api, out }) => {
        const body = await api.get(`/v1/proposals/${id}`);
        if (out.isJson) {
          out.json(body);
          return EXIT.ok;
        }
        const proposal = Answer.of(body);
        const votes = proposal.object('votes');
        out.facts([
          ['id', formatText(proposal.text('id'))],
          ['title', formatText(proposal.text('title'))],
          ['proposer', formatText(proposal.text('proposer'))],
          ['state', formatText(proposal.text('state'))],
          ['votes for', formatText(votes?.text('for'))],
          ['votes against', formatText(votes?.text('against'))],
          ['votes abstain', formatText(votes?.text('abstain'))],
          ['deadline', formatTime(proposal.count('deadlineAt'))],
          ['executable', formatTime(proposal.count('eta'))],
        ]);
        for (const call of proposal.list('calls')) {
          out.line(
            `call: ${call.text('contractName') ?? call.text('target') ?? UNKNOWN}.${formatText(call.text('function'))}`,
          );
          for (const told of call.list('commands')) {
            const [chain, sentence] = [told.text('chainKey'), told.text('sentence')];
            out.line(`  tells ${formatText(chain)}: ${formatText(sentence)}`);
          }
        }
        const verification = proposal.object('verification');
        out.line(`verification: ${formatText(verification?.text('status'))}`);
        if (verification !== undefined) {
          out.table(CHECK_COLUMNS, verification.list('checks'), 'Nothing to check yet.');
        }
        return EXIT.ok;
      });
    });
}

function verdictOf(isOk: boolean | undefined): string {
  if (isOk === undefined) return 'waiting';
  return isOk ? 'ok' : 'FAIL';
}
