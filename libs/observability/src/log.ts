import type { Logger } from 'pino';
import { redactFields, redactText } from './domain/redact.js';

export type LogFields = Readonly<Record<string, unknown>>;

/**
 * The log of a process: one JSON object a line. The message is constant, what varies is a field:
 * `log.info({ chainId, epoch }, 'epoch decided')`. Bigints print as decimal strings; keys, secrets
 * and network addresses never print.
 */
export class Log {
  constructor(private readonly sink: Logger) {}

  debug(fields: LogFields, message: string): void {
    this.sink.debug(redactFields(fields), redactText(message));
  }

  /** One line per decision. */
  info(fields: LogFields, message: string): void {
    this.sink.info(redactFields(fields), redactText(message));
  }

  /** Someone will look tomorrow. */
  warn(fields: LogFields, message: string): void {
    this.sink.warn(redactFields(fields), redactText(message));
  }

  /** A person must act. */
  error(fields: LogFields, message: string): void {
    this.sink.error(redactFields(fields), redactText(message));
  }

  fatal(fields: LogFields, message: string): void {
    this.sink.fatal(redactFields(fields), redactText(message));
  }

  /** A log that adds `fields` to every line. */
  child(fields: LogFields): Log {
    return new Log(this.sink.child(redactFields(fields)));
  }
}
