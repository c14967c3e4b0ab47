import type { Command } from 'commander';
import { Answer } from '../answer.js';
import { EXIT } from '../exit-codes.js';
import { formatAmount, formatCount, formatText, formatTime } from '../format.js';
import type { Session } from '../session.js';
import type { Column } from '../table.js';

const SECONDS_PER_DAY = 86_400n;

export function addFarmsCommand(program: Command, session: Session): void {
  program
    .command('farms')
    .description('list the farms of every chain')
    .option('--chain <chain>', 'only this chain (key, number or eip155:<number>)')
    .option('--provisional', 'count blocks that may still be replaced')
    .action(async (options: { chain?: string; provisional?: true }, command: Command) => {
      await session.run(command, async ({ api, out }) => {
        const body = await api.get('/v1/farms', {
          chain: options.chain,
          view: options.provisional === true ? 'provisional' : 'final',
        });
        if (out.isJson) {
          out.json(body);
          return EXIT.ok;
        }
        const answer = Answer.of(body);
        const decimals = answer.object('rewardToken')?.count('decimals');
        const symbol = answer.object('rewardToken')?.text('symbol') ?? 'REWARD';
        out.table(columns(decimals, symbol), answer.list('items'), 'No farm is registered yet.');
        return EXIT.ok;
      });
    });
}

function columns(decimals: number | undefined, symbol: string): readonly Column[] {
  return [
    { title: 'CHAIN', value: (row) => formatText(row.text('chainKey')) },
    { title: 'FARM', value: (row) => formatCount(row.count('farmId')), isNumber: true },
    { title: 'NAME', value: (row) => formatText(row.text('label')) },
    { title: 'STATE', value: (row) => formatText(row.text('state')) },
    {
      title: 'STAKED',
      value: (row) => formatAmount(row.amount('totalStaked'), row.count('stakeDecimals')),
      isNumber: true,
    },
    { title: 'TOKEN', value: (row) => formatText(row.text('stakeSymbol')) },
    {
      title: `${symbol}/DAY`,
      value: (row) => formatAmount(perDay(emissionOf(row)?.amount('rateWeiPerSecond')), decimals),
      isNumber: true,
    },
    {
      title: 'FUNDED',
      value: (row) => formatAmount(emissionOf(row)?.amount('funded'), decimals),
      isNumber: true,
    },
    {
      title: 'STREAMS',
      value: (row) => formatCount(row.list('streams').length),
      isNumber: true,
    },
    { title: 'LOCKS', value: (row) => lockText(row) },
    { title: 'STREAM ENDS', value: (row) => formatTime(emissionOf(row)?.count('endAt')) },
    { title: 'AS OF BLOCK', value: (row) => formatCount(row.count('asOfBlock')), isNumber: true },
  ];
}

/** The first stream of a farm. */
function emissionOf(row: Answer): Answer | undefined {
  return row.list('streams')[0];
}

/** Best boost of the tiers, as a factor; `no` where stakes cannot be locked. */
function lockText(row: Answer): string {
  const boosts = row.list('tiers').map((tier) => tier.count('boostBps') ?? 0);
  return boosts.length === 0 ? 'no' : `up to ${(Math.max(...boosts) / 10_000).toFixed(2)}x`;
}

function perDay(ratePerSecond: bigint | undefined): bigint | undefined {
  return ratePerSecond === undefined ? undefined : ratePerSecond * SECONDS_PER_DAY;
}
