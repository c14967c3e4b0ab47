import type { Command } from 'commander';
import { loadOperatorConfig } from '#config';
import { backUp, restore, withDatabase, withDatabaseServer } from '#database';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { formatCount } from '../format.js';
import type { Output } from '../output.js';
import type { Session } from '../session.js';

/** Commands on the whole database; they need its data folder or its address. */
export function addBackupCommands(program: Command, session: Session): void {
  program
    .command('backup')
    .description('write the whole database, as of now, to a new folder (needs the database)')
    .argument('<folder>', 'must not be there yet')
    .action(async (folder: string, _options: unknown, command: Command) => {
      await session.run(command, ({ out }) => writeBackup(out, folder));
    });
  program
    .command('restore')
    .description('put a backup in the place of the database, which is kept under another name')
    .argument('<folder>', 'what `backup` wrote; checked before anything is touched')
    .action(async (folder: string, _options: unknown, command: Command) => {
      await session.run(command, ({ out }) => readBackup(out, folder));
    });
}

async function writeBackup(out: Output, folder: string): Promise<ExitCode> {
  const config = loadOperatorConfig();
  const options = { folder, deployment: config.deployment.name, at: new Date() };
  const { tables } = await withDatabaseServer(config, (address) =>
    withDatabase(address, (dataSource) => backUp(dataSource, options)),
  );
  const rows = tables.reduce((total, table) => total + table.rows, 0);
  const bytes = tables.reduce((total, table) => total + table.bytes, 0);
  if (out.isJson) out.json({ folder, tables: tables.length, rows, bytes });
  else {
    out.facts([
      ['tables', formatCount(tables.length)],
      ['rows', formatCount(rows)],
      ['bytes', formatCount(bytes)],
      ['folder', folder],
    ]);
  }
  return EXIT.ok;
}

async function readBackup(out: Output, folder: string): Promise<ExitCode> {
  const config = loadOperatorConfig();
  const options = { folder, deployment: config.deployment.name, at: new Date() };
  const { manifest, replaced } = await withDatabaseServer(config, (address) =>
    restore({ ...options, address }),
  );
  const { createdAt } = manifest;
  if (out.isJson) out.json({ folder, createdAt, replaced: replaced ?? null });
  else {
    out.line(`The database is as of ${createdAt}. Start the worker: it reads the rest again.`);
    if (replaced !== undefined) out.line(`What it replaced is kept as database ${replaced}.`);
  }
  return EXIT.ok;
}
