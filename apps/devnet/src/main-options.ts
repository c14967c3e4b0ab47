import { parseArgs } from 'node:util';
import { DomainError } from '#kernel';
import { type DevnetParameters, EPOCH_SECONDS_MAX, EPOCH_SECONDS_MIN } from './parameters.js';

/** What the command line asks for. */
export interface MainOptions {
  readonly dataDir: string;
  readonly reset: boolean;
  readonly parameters: Partial<DevnetParameters>;
}

/** The command line is not what the command takes. */
export class UsageError extends DomainError {
  override readonly code = 'devnet.usage';
}

const USAGE =
  'usage: node dist/apps/devnet/src/main.js [--data-dir DIR] [--reset] [--epoch-seconds N]\n' +
  '  [--voting-delay-seconds N] [--voting-period-seconds N] [--timelock-delay-seconds N]';

/** Numeric options and the parameter each one sets. */
const NUMBERS = {
  'epoch-seconds': { name: 'epochSeconds', min: EPOCH_SECONDS_MIN, max: EPOCH_SECONDS_MAX },
  'voting-delay-seconds': { name: 'votingDelaySeconds', min: 0, max: 86_400 },
  'voting-period-seconds': { name: 'votingPeriodSeconds', min: 1, max: 86_400 },
  'timelock-delay-seconds': { name: 'timelockDelaySeconds', min: 0, max: 86_400 },
} as const;

/**
 * Reads the command line.
 *
 * @param defaultDataDir Used when the command line names none.
 * @throws {UsageError} naming the option that is wrong.
 */
export function parseMainOptions(args: readonly string[], defaultDataDir: string): MainOptions {
  const text = { type: 'string' } as const;
  const values = readArguments(() =>
    parseArgs({
      args: [...args],
      allowPositionals: false,
      options: {
        'data-dir': text,
        reset: { type: 'boolean' },
        'epoch-seconds': text,
        'voting-delay-seconds': text,
        'voting-period-seconds': text,
        'timelock-delay-seconds': text,
      },
    }),
  ).values;
  const parameters = Object.entries(NUMBERS).flatMap(([option, { name, min, max }]) => {
    const value = new Map(Object.entries(values)).get(option);
    if (value === undefined) return [];
    return [[name, integerOf({ option, value: String(value), min, max })]];
  });
  return {
    dataDir: values['data-dir'] ?? defaultDataDir,
    reset: values.reset ?? false,
    parameters: Object.fromEntries(parameters),
  };
}

function readArguments<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(`${error.message}\n${USAGE}`);
    throw error;
  }
}

function integerOf(given: {
  readonly option: string;
  readonly value: string;
  readonly min: number;
  readonly max: number;
}): number {
  const { option, value, min, max } = given;
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < min || number > max) {
    throw new UsageError(`--${option} must be an integer from ${min} to ${max}, got ${value}`);
  }
  return number;
}
