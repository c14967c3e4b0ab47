import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { Request, Response } from 'express';
import { sqlStateOf } from '#database';
import { DomainError, RetryableError } from '#kernel';
import type { Log } from '#observability';
import { PROBLEM_MEDIA_TYPE, type ProblemDto } from './problem.js';
import { type FieldProblem, RequestInvalid } from './request-errors.js';
import type { RouteTable } from './route-table.js';

/** Statuses of refusals whose code does not already end in `.unknown`. */
const STATUS_BY_CODE: ReadonlyMap<string, number> = new Map([
  ['request.invalid', 400],
  ['request.media-type', 415],
  ['reconciliation.running', 409],
]);

const CODE_BY_STATUS: ReadonlyMap<number, string> = new Map([
  [400, 'request.malformed'],
  [404, 'route.not-found'],
  [405, 'route.method'],
  [413, 'request.too-large'],
  [415, 'request.media-type'],
]);

const INSTANCE_LENGTH_MAX = 300;
/** A pool that was exhausted has sessions again when its slowest statements are over. */
const RETRY_AFTER_SECONDS = 5;

interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly instance?: string;
  readonly errors?: readonly FieldProblem[];
}

/** The only place that knows which HTTP status a failure deserves. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly routes: RouteTable,
    private readonly log: Log,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    if (response.headersSent) {
      response.end();
      return;
    }
    const refusal = this.refusalOf(error, request, response);
    const problem: ProblemDto = {
      type: `urn:headwater:problem:${refusal.code}`,
      title: STATUS_CODES[refusal.status] ?? 'Error',
      status: refusal.status,
      code: refusal.code,
      detail: refusal.detail,
      instance: refusal.instance ?? pathOf(request).slice(0, INSTANCE_LENGTH_MAX),
      ...(refusal.errors === undefined ? {} : { errors: refusal.errors }),
    };
    response.status(refusal.status).type(PROBLEM_MEDIA_TYPE).send(JSON.stringify(problem));
  }

  private refusalOf(error: unknown, request: Request, response: Response): Refusal {
    if (error instanceof DomainError) return domainRefusal(error);
    if (error instanceof HttpException && error.getStatus() < 500) {
      return this.httpRefusal(error, request, response);
    }
    const fault = `urn:uuid:${randomUUID()}`;
    if (error instanceof RetryableError || isOutage(error)) {
      this.log.warn({ fault, path: pathOf(request), error }, 'request could not be served');
      response.setHeader('retry-after', String(RETRY_AFTER_SECONDS));
      return {
        status: 503,
        code: 'unavailable',
        detail: 'A part this answer needs cannot be reached now; try again in a few seconds.',
        instance: fault,
      };
    }
    this.log.error({ fault, path: pathOf(request), error }, 'request failed');
    return {
      status: 500,
      code: 'internal',
      detail: 'The service failed; the log has the cause under the id in `instance`.',
      instance: fault,
    };
  }

  private httpRefusal(error: HttpException, request: Request, response: Response): Refusal {
    const status = error.getStatus();
    if (status === 404) {
      const allowed = this.routes.methodsOf(pathOf(request));
      if (allowed.length === 0) {
        return { status, code: 'route.not-found', detail: 'There is no such route; see /docs.' };
      }
      response.setHeader('allow', allowed.join(', '));
      return { status: 405, code: 'route.method', detail: `Allowed: ${allowed.join(', ')}.` };
    }
    return {
      status,
      code: CODE_BY_STATUS.get(status) ?? 'request.refused',
      detail: error.message,
    };
  }
}

function domainRefusal(error: DomainError): Refusal {
  const fallback = error.code.endsWith('.unknown') ? 404 : 409;
  return {
    status: STATUS_BY_CODE.get(error.code) ?? fallback,
    code: error.code,
    detail: error.message,
    ...(error instanceof RequestInvalid ? { errors: error.errors } : {}),
  };
}

/** SQLSTATE classes of a server that is gone, full or stopping, and errors of its socket. */
const OUTAGE_CODE = /^((08|53|57)[0-9A-Z]{3}|ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT)$/;

function isOutage(error: unknown): boolean {
  const code =
    sqlStateOf(error) ?? (error instanceof Error && 'code' in error ? error.code : undefined);
  return typeof code === 'string' && OUTAGE_CODE.test(code);
}

function pathOf(request: Request): string {
  return request.originalUrl.split(/[?#]/, 1)[0] ?? '/';
}
