import type { Request, Response } from 'express';
import { MediaTypeUnsupported } from './request-errors.js';

type Next = (error?: unknown) => void;

/** Headers that stop a browser from guessing; the documentation page brings its own scripts. */
export function securityHeaders(request: Request, response: Response, next: Next): void {
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('referrer-policy', 'no-referrer');
  response.setHeader('x-frame-options', 'DENY');
  if (request.path.startsWith('/v1')) {
    response.setHeader('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
    response.setHeader('cache-control', 'no-cache');
  }
  next();
}

/** The JSON parser ignores other media types; the client is told instead. */
export function refuseOtherMediaTypes(request: Request, _response: Response, next: Next): void {
  const hasBody =
    request.headers['transfer-encoding'] !== undefined ||
    Number(request.headers['content-length'] ?? 0) > 0;
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (
    hasBody &&
    !isRead &&
    !/^application\/json\s*(;|$)/i.test(request.get('content-type') ?? '')
  ) {
    next(new MediaTypeUnsupported());
    return;
  }
  next();
}
