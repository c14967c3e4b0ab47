import { Command } from 'commander';
import { addBackupCommands } from './commands/backup.js';
import { addCommandCommands } from './commands/commands.js';
import { addEpochCommands } from './commands/epoch.js';
import { addFarmsCommand } from './commands/farms.js';
import { addHoldCommands } from './commands/holds.js';
import { addJourneyCommands } from './commands/journeys.js';
import { addLedgerCommands } from './commands/ledger.js';
import { addMessageCommands } from './commands/messages.js';
import { addOperatorCommands } from './commands/operator.js';
import { addProposalCommands } from './commands/proposals.js';
import { addRebuildCommands } from './commands/rebuild.js';
import { addRewardsCommand } from './commands/rewards.js';
import { addStatementCommand } from './commands/statement.js';
import { addStatusCommand } from './commands/status.js';
import type { Sink } from './output.js';
import type { Session } from './session.js';

const EXIT_CODES = `
Exit codes:
  0  done, and every check passed
  1  a check failed: not in step, not verified, not reproducible
  2  the command line or the input is wrong
  3  the API cannot be reached or failed`;

/** The whole command tree. */
export function buildProgram(session: Session, stderr: Sink): Command {
  const program = new Command('headwater');
  program
    .description('Asks a Headwater API about farms, rewards, messages and the ledger.')
    .option('--json', 'print one JSON document instead of tables')
    .option('--api <url>', 'address of the API (default: HEADWATER_API_URL or port 3000 here)')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', EXIT_CODES);
  addStatusCommand(program, session);
  addFarmsCommand(program, session);
  addRewardsCommand(program, session);
  addStatementCommand(program, session);
  addEpochCommands(program, session);
  addMessageCommands(program, session);
  addJourneyCommands(program, session);
  addProposalCommands(program, session);
  addCommandCommands(program, session);
  addLedgerCommands(program, session);
  addOperatorCommands(program, session);
  addHoldCommands(program, session);
  addBackupCommands(program, session);
  addRebuildCommands(program, session);
  overEveryCommand(program, (command) => {
    command
      .exitOverride()
      .configureOutput({
        writeOut: (text) => session.stdout.write(text),
        writeErr: (text) => stderr.write(text),
      })
      .showSuggestionAfterError()
      .allowExcessArguments(false);
  });
  return program;
}

function overEveryCommand(command: Command, visit: (command: Command) => void): void {
  visit(command);
  for (const child of command.commands) overEveryCommand(child, visit);
}
