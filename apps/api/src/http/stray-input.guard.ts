import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { type FieldProblem, RequestInvalid } from './request-errors.js';
import { ROUTE_INPUT, type RouteInput } from './route.js';

/**
 * Refuses query parameters and body fields on routes that declare none.
 *
 * Ignoring them would let a misspelt filter answer with everything.
 */
@Injectable()
export class StrayInputGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    const input = this.reflector.get<RouteInput | undefined>(ROUTE_INPUT, context.getHandler());
    const errors = [
      ...(input?.takesQuery === true ? [] : strayQuery(request.query)),
      ...strayBody(request.body),
    ];
    if (errors.length > 0) throw new RequestInvalid(errors);
    return true;
  }
}

function strayQuery(query: object): readonly FieldProblem[] {
  return Object.keys(query).map((field) => ({ field, message: 'is not a known parameter' }));
}

function strayBody(body: unknown): readonly FieldProblem[] {
  if (body === undefined) return [];
  if (body === null || typeof body !== 'object' || Array.isArray(body)) {
    return [{ field: 'body', message: 'must be empty or {}' }];
  }
  return Object.keys(body).map((field) => ({ field, message: 'is not a known body field' }));
}
