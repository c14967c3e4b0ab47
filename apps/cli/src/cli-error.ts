import { EXIT, type ExitCode } from './exit-codes.js';

/** A sentence for the person at the terminal and the exit code of the process. */
export class CliError extends Error {
  override readonly name = 'CliError';

  readonly exitCode: ExitCode;
  /** Stable name of the failure, the API's own when it refused. */
  readonly code: string;

  constructor(
    message: string,
    options: { readonly exitCode: ExitCode; readonly code: string; readonly cause?: unknown },
  ) {
    super(message, { cause: options.cause });
    this.exitCode = options.exitCode;
    this.code = options.code;
  }
}

/** Nothing answers at the address, or what answers is not a working Headwater API. */
export function unreachable(message: string, cause?: unknown): CliError {
  return new CliError(message, { exitCode: EXIT.unreachable, code: 'api.unreachable', cause });
}

/** The input was refused, here or by the API. */
export function badInput(message: string, code = 'cli.usage'): CliError {
  return new CliError(message, { exitCode: EXIT.badInput, code });
}
