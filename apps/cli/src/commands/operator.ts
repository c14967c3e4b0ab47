import type { Command } from 'commander';
import { Answer } from '../answer.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { formatCount, formatText, shortHex, UNKNOWN } from '../format.js';
import type { Output } from '../output.js';
import type { Session } from '../session.js';
import type { Column } from '../table.js';

const ON_THE_MACHINE = `
Works on the database of the service itself, with the same settings as the worker:
HEADWATER_DATA_DIR or DATABASE_URL, and HEADWATER_DEPLOYMENT.`;

const EVIDENCE_MAX = 200;

/** Commands that need no API but the service's own settings. */
export function addOperatorCommands(program: Command, session: Session): void {
  const nodes = program.command('nodes').description('endpoints that were caught lying');
  nodes
    .command('list')
    .description('list endpoints that are shut out, with the evidence; exit 1 when there are any')
    .option('--all', 'also those that were released')
    .addHelpText('after', ON_THE_MACHINE)
    .action(async (options: { readonly all?: boolean }, command: Command) => {
      await session.run(command, ({ out }) => listNodes(out, options.all === true));
    });
  nodes
    .command('release')
    .description('let an endpoint be asked again; the evidence stays')
    .argument('<chain>', 'key of the chain')
    .argument('<node>', 'name of the endpoint, as `nodes list` shows it')
    .addHelpText('after', ON_THE_MACHINE)
    .action(async (...[chain, node, , command]: readonly [string, string, unknown, Command]) => {
      await session.run(command, ({ out }) => releaseNode(out, chain, node));
    });
  program
    .command('chains')
    .description('chains that were halted')
    .command('resume')
    .description('let a halted chain go on if it shows every final block as it is indexed')
    .argument('<chain>', 'key of the chain')
    .addHelpText('after', ON_THE_MACHINE)
    .action(async (chain: string, _options: unknown, command: Command) => {
      await session.run(command, ({ out }) => resumeChain(out, chain));
    });
}

const NODES: readonly Column[] = [
  { title: 'CHAIN', value: (row) => formatText(row.text('chainKey')) },
  { title: 'ENDPOINT', value: (row) => formatText(row.text('place')) },
  { title: 'NODE', value: (row) => formatText(row.text('nodeKey')) },
  { title: 'CAUGHT WITH', value: (row) => formatText(row.text('kind')) },
  { title: 'BLOCK', value: (row) => formatCount(row.count('blockNumber')), isNumber: true },
  { title: 'CAUGHT AT', value: (row) => formatText(row.text('caughtAt')) },
  { title: 'RELEASED AT', value: (row) => row.text('releasedAt') ?? UNKNOWN },
  { title: 'EVIDENCE', value: (row) => shortHex(row.text('digest')) },
];

async function listNodes(out: Output, isAll: boolean): Promise<ExitCode> {
  const items = await (
    await loadOperator()
  )(async ({ chains, quarantine }) => {
    const rows = await quarantine.list({ isOpen: !isAll, limit: EVIDENCE_MAX });
    return rows.map(({ id: _id, chainId, caughtAt, releasedAt, ...evidence }) => {
      const client = chains.all().find((one) => one.chainId === chainId);
      const index = client?.nodes.findIndex(({ key }) => key === evidence.nodeKey) ?? -1;
      return {
        chainKey: client?.key ?? String(chainId),
        place: index < 0 ? 'not configured' : `${index + 1} of ${client?.nodes.length ?? 0}`,
        ...evidence,
        caughtAt: caughtAt.toISOString(),
        releasedAt: releasedAt?.toISOString() ?? null,
      };
    });
  });
  if (out.isJson) out.json({ items });
  else
    out.table(
      NODES,
      items.map((item) => Answer.of(item)),
      'No endpoint is shut out.',
    );
  return items.some(({ releasedAt }) => releasedAt === null) ? EXIT.checkFailed : EXIT.ok;
}

async function releaseNode(out: Output, chainKey: string, nodeKey: string): Promise<ExitCode> {
  await (
    await loadOperator()
  )(({ chains, quarantine }) => quarantine.release(chains.byKey(chainKey).chainId, nodeKey));
  if (out.isJson) out.json({ chainKey, nodeKey, released: true });
  else out.line(`${nodeKey} is asked about ${chainKey} again from the next round on.`);
  return EXIT.ok;
}

async function resumeChain(out: Output, chainKey: string): Promise<ExitCode> {
  const resumption = await (
    await loadOperator()
  )(({ chains, indexer }) => indexer.resume(chains.byKey(chainKey).chainId));
  const isRefused = resumption.kind === 'refused';
  if (out.isJson) out.json({ chainKey, ...resumption });
  else if (resumption.kind === 'not-halted') out.line(`${chainKey} is not halted.`);
  else if (resumption.kind === 'resumed') {
    out.line(
      `${chainKey} shows every final block up to ${resumption.finalizedBlock} as it is indexed.`,
    );
    out.line('It goes on from the next round. Nothing final was changed.');
  } else {
    out.line(`${chainKey} stays halted: ${resumption.reason}.`);
    out.line('What is final here would have to be rebuilt; this command changes nothing final.');
    out.line('Start a worker on an empty database and compare the two before anything is paid.');
  }
  return isRefused ? EXIT.checkFailed : EXIT.ok;
}

/** Loaded here because every other command works without the service. */
async function loadOperator() {
  return (await import('../operator/operator.js')).withOperator;
}
