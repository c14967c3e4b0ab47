import type { Command } from 'commander';
import { loadClientConfig } from '#config';
import { ApiClient } from './api-client.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { Output, type Sink } from './output.js';

/** What a command works with. */
export interface CommandContext {
  readonly api: ApiClient;
  readonly out: Output;
}

interface GlobalOptions {
  readonly json?: boolean;
  readonly api?: string;
}

/** One run of the program: knows the terminal and remembers the exit code. */
export class Session {
  exitCode: ExitCode = EXIT.ok;

  constructor(readonly stdout: Sink) {}

  /** Runs `work` for `command` and keeps the exit code it returns. */
  async run(command: Command, work: (context: CommandContext) => Promise<ExitCode>): Promise<void> {
    const { json = false, api } = command.optsWithGlobals<GlobalOptions>();
    const { apiUrl } =
      api === undefined ? loadClientConfig() : loadClientConfig({ HEADWATER_API_URL: api });
    this.exitCode = await work({
      api: new ApiClient(apiUrl),
      out: new Output(this.stdout, json),
    });
  }
}
