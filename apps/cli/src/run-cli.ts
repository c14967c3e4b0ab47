import { CommanderError } from 'commander';
import { ConfigError } from '#config';
import { DomainError } from '#kernel';
import { CliError } from './cli-error.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import type { Sink } from './output.js';
import { buildProgram } from './program.js';
import { Session } from './session.js';
import { printable } from './table.js';

/** Runs one command line and returns the exit code of the process. Never throws for bad input. */
export async function runCli(options: {
  readonly args: readonly string[];
  readonly stdout: Sink;
  readonly stderr: Sink;
}): Promise<ExitCode> {
  const { args, stdout, stderr } = options;
  const session = new Session(stdout);
  const program = buildProgram(session, stderr);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return session.exitCode;
  } catch (error) {
    // Commander has printed its own sentence; asking for help or the version is no failure.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.badInput;
    const failure = asFailure(error);
    stderr.write(
      args.includes('--json')
        ? `${JSON.stringify({ error: { code: failure.code, message: failure.message } })}\n`
        : `headwater: ${printable(failure.message)}\n`,
    );
    return failure.exitCode;
  }
}

function asFailure(error: unknown): CliError {
  if (error instanceof CliError) return error;
  if (error instanceof ConfigError) {
    return new CliError(error.problems.join('; '), { exitCode: EXIT.badInput, code: error.code });
  }
  // A library refused what the API handed over, such as evidence that is none.
  if (error instanceof DomainError) {
    return new CliError(error.message, { exitCode: EXIT.checkFailed, code: error.code });
  }
  throw error;
}
