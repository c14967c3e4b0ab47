import { DomainError, RetryableError } from '#kernel';
import { ConfigError } from './config-error.js';

/**
 * What a person reads when a process, such as `the API`, cannot start; a stack only when the cause
 * is not known.
 */
export function startFailure(process: string, error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (isSystemError(error) && error.code === 'EADDRINUSE') {
    const port = error.port === undefined ? 'the port' : `port ${error.port}`;
    return (
      `${port} on ${error.address ?? 'this host'} is in use. Stop the process that holds it, ` +
      'or set PORT to a free one (PORT=0 picks one).'
    );
  }
  if (isSystemError(error) && error.code === 'EACCES' && error.syscall === 'listen') {
    return 'this user may not listen on that port. Set PORT to one above 1023.';
  }
  if (error instanceof DomainError || error instanceof RetryableError) {
    return `${process} could not start: ${error.message}`;
  }
  return `${process} could not start: ${error instanceof Error ? error.stack : String(error)}`;
}

interface SystemError extends Error {
  readonly code: string;
  readonly syscall?: string;
  readonly address?: string;
  readonly port?: number;
}

function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}
