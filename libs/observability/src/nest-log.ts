import type { LoggerService } from '@nestjs/common';
import type { Log } from './log.js';

/** Lets Nest write its own lines into our log: `app.useLogger(new NestLog(app.get(Log)))`. */
export class NestLog implements LoggerService {
  constructor(private readonly target: Log) {}

  log(message: unknown, ...details: unknown[]): void {
    this.target.debug(fieldsOf(details), textOf(message));
  }

  debug(message: unknown, ...details: unknown[]): void {
    this.target.debug(fieldsOf(details), textOf(message));
  }

  verbose(message: unknown, ...details: unknown[]): void {
    this.target.debug(fieldsOf(details), textOf(message));
  }

  warn(message: unknown, ...details: unknown[]): void {
    this.target.warn(fieldsOf(details), textOf(message));
  }

  error(message: unknown, ...details: unknown[]): void {
    this.target.error({ ...fieldsOf(details), ...errorOf(message) }, textOf(message));
  }

  fatal(message: unknown, ...details: unknown[]): void {
    this.target.fatal({ ...fieldsOf(details), ...errorOf(message) }, textOf(message));
  }
}

/** Nest passes the name of the class that speaks last. */
function fieldsOf(details: readonly unknown[]): { context?: unknown; details?: unknown } {
  const context = details.at(-1);
  const rest = details.slice(0, -1);
  return {
    ...(context === undefined ? {} : { context }),
    ...(rest.length === 0 ? {} : { details: rest }),
  };
}

function errorOf(message: unknown): { error?: Error } {
  return message instanceof Error ? { error: message } : {};
}

function textOf(message: unknown): string {
  if (message instanceof Error) return message.message;
  return typeof message === 'string' ? message : 'framework message';
}
