import type { Command } from 'commander';
import { Answer } from '../answer.js';
import { addressText } from '../arguments.js';
import { EXIT } from '../exit-codes.js';
import { formatAmount, formatCount, formatFlag, formatText } from '../format.js';
import type { Session } from '../session.js';
import type { Column } from '../table.js';

export function addRewardsCommand(program: Command, session: Session): void {
  program
    .command('rewards')
    .description('show what a user earned and claimed, farm by farm')
    .argument('<user>', 'address', addressText)
    .action(async (user: string, _options: unknown, command: Command) => {
      await session.run(command, async ({ api, out }) => {
        const body = await api.get(`/v1/rewards/${user}`);
        if (out.isJson) {
          out.json(body);
          return EXIT.ok;
        }
        const answer = Answer.of(body);
        const token = answer.object('rewardToken');
        const decimals = token?.count('decimals');
        out.table(columns(decimals), answer.list('items'), `${user} never staked.`);
        const totals = answer.object('totals');
        const amount = (name: string) =>
          `${formatAmount(totals?.amount(name), decimals)} ${formatText(token?.text('symbol'))}`;
        out.line();
        out.facts([
          ['claimable', amount('earned')],
          ['claimed', amount('claimed')],
          ['total', amount('total')],
        ]);
        return EXIT.ok;
      });
    });
}

function columns(decimals: number | undefined): readonly Column[] {
  const amount = (title: string, field: string): Column => ({
    title,
    value: (row) => formatAmount(row.amount(field), decimals),
    isNumber: true,
  });
  return [
    { title: 'CHAIN', value: (row) => formatText(row.text('chainKey')) },
    { title: 'FARM', value: (row) => formatCount(row.count('farmId')), isNumber: true },
    amount('CLAIMABLE', 'earned'),
    amount('CLAIMED', 'claimed'),
    amount('TOTAL', 'total'),
    { title: 'AS OF BLOCK', value: (row) => formatCount(row.count('asOfBlock')), isNumber: true },
    { title: 'FINAL', value: (row) => formatFlag(row.flag('isFinal')) },
  ];
}
