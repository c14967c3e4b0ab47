import { EXIT, type ExitCode } from './exit-codes.js';

/** A sentence for the person at the terminal and the exit code of the process. */
export class CliError extends Error {
  override readonly name = 'CliError';

  constructor(
    message: string,
    readonly exitCode: ExitCode,
    readonly code: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Nothing answers at the address, or what answers is not a working Headwater API. */
export function unreachable(message: string, cause?: unknown): CliError {
  return new CliError(message, EXIT.unreachable, 'api.unreachable', { cause });
}

/** The input was refused, here or by the API. */
export function badInput(message: string, code = 'cli.usage'): CliError {
  return new CliError(message, EXIT.badInput, code);
}
