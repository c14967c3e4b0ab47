import { type DestinationStream, pino, stdTimeFunctions } from 'pino';
import type { LogLevel } from '#config';
import { Log } from './log.js';

/** Writes to standard output unless given a `destination`. */
export function createLog(options: {
  readonly level: LogLevel;
  readonly destination?: DestinationStream;
}): Log {
  const settings = { level: options.level, base: null, timestamp: stdTimeFunctions.isoTime };
  return new Log(
    options.destination === undefined ? pino(settings) : pino(settings, options.destination),
  );
}
