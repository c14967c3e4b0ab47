import type { Command } from 'commander';
import { Answer } from '../answer.js';
import { addressText, positiveInt } from '../arguments.js';
import { badInput } from '../cli-error.js';
import { EXIT } from '../exit-codes.js';
import { formatAmount, formatCount, formatFlag, formatText } from '../format.js';
import type { Session } from '../session.js';
import type { Column } from '../table.js';

interface RewardsOptions {
  readonly chain?: string;
  readonly atBlock?: number;
}

export function addRewardsCommand(program: Command, session: Session): void {
  program
    .command('rewards')
    .description('show what a user earned and claimed, farm by farm')
    .argument('<user>', 'address', addressText)
    .option('--chain <chain>', 'one chain; goes with --at-block')
    .option('--at-block <n>', 'as of the end of this final block of the chain', positiveInt)
    .action(async (user: string, options: RewardsOptions, command: Command) => {
      const { chain, atBlock } = options;
      if ((chain === undefined) !== (atBlock === undefined)) {
        throw badInput('--chain and --at-block go together.');
      }
      const path = `/v1/rewards/${user}${chain === undefined ? '' : '/at'}`;
      await session.run(command, async ({ api, out }) => {
        const body = await api.get(path, { chain, atBlock });
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
