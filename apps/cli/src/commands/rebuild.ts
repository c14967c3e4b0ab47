import { Argument, type Command } from 'commander';
import { ChainModule } from '#chain';
import { IndexerModule } from '#indexer';
import { canonicalJson } from '#kernel';
import { LedgerRebuilder, RewardsModule, RewardsService } from '#rewards';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { withServices } from '../operator.js';
import type { Output } from '../output.js';
import type { Session } from '../session.js';

/** What can be rebuilt. Epochs, journeys and proposals are folded when they are read. */
const REBUILDABLE = ['ledger'];

/** Commands on what is made of the stored logs; they need the database and the chains. */
export function addRebuildCommands(program: Command, session: Session): void {
  program
    .command('rebuild')
    .description('build anew from the stored logs, beside what is in use, and swap it in')
    .addArgument(
      new Argument('<what>', 'ledger: journals, balances, farms and positions').choices(
        REBUILDABLE,
      ),
    )
    .option('--compare', 'only compare; exit 1 when the digests differ')
    .action(async (_what: string, options: { readonly compare?: true }, command: Command) => {
      await session.run(command, ({ out }) => rebuild(out, options.compare ?? false));
    });
  program
    .command('digest')
    .description('hash over all final rows; equal for every database built from the same chains')
    .action(async (_options: unknown, command: Command) => {
      await session.run(command, ({ out }) => digest(out));
    });
}

const MODULES = [ChainModule, IndexerModule.forRoot([]), RewardsModule];

async function rebuild(out: Output, isCompareOnly: boolean): Promise<ExitCode> {
  const report = await withServices(MODULES, (services) =>
    services.get(LedgerRebuilder).rebuild({ isCompareOnly }),
  );
  const { before, rebuilt, isEqual, isSwapped } = report;
  if (out.isJson) out.json(JSON.parse(canonicalJson(report)));
  else {
    out.facts([
      ['in use', before.digest],
      ['rebuilt', rebuilt.digest],
    ]);
    out.line(isEqual ? 'Both are the same.' : 'They are NOT the same.');
    if (isSwapped) out.line('The rebuilt tables are in use now.');
  }
  return isEqual || isSwapped ? EXIT.ok : EXIT.checkFailed;
}

async function digest(out: Output): Promise<ExitCode> {
  const found = await withServices(MODULES, (services) => services.get(RewardsService).digest());
  if (out.isJson) out.json(JSON.parse(canonicalJson(found)));
  else {
    out.facts([
      ['digest', found.digest],
      ['journals', String(found.ledger.journals)],
      ...found.states.map(
        ({ chainId, block }) => [`chain ${chainId}`, `up to block ${block}`] as const,
      ),
    ]);
  }
  return EXIT.ok;
}
