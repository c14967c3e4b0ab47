import type { Command } from 'commander';
import { positiveInt } from '../arguments.js';

export interface ListOptions {
  readonly limit?: number;
}

/** Adds `--limit`; the API refuses more than it serves at once. */
export function withLimit(command: Command): Command {
  return command.option('--limit <count>', 'most rows to show, up to 200', positiveInt);
}
