import { applyDecorators, Get, HttpCode, Post, SetMetadata, type Type } from '@nestjs/common';
import {
  ApiOperation,
  ApiResponse,
  type ApiResponseNoStatusOptions,
  getSchemaPath,
} from '@nestjs/swagger';
import { PROBLEM_MEDIA_TYPE, ProblemDto } from './problem.js';

/** Metadata key under which {@link StrayInputGuard} finds what a route takes. */
export const ROUTE_INPUT = 'headwater:route-input';

/** Whether a route has query parameters; everything not declared is refused. */
export interface RouteInput {
  readonly takesQuery: boolean;
}

interface RouteOptions {
  readonly path?: string;
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly response: Type;
  /** The answer is CSV text instead of JSON. */
  readonly isCsv?: boolean;
  /** The handler has a `@Query()` parameter. */
  readonly takesQuery?: boolean;
  /** Codes of the 404s of this route besides an unknown route. */
  readonly unknown?: readonly string[];
  /** Codes of the 409s of this route. */
  readonly conflict?: readonly string[];
  /** Says what a 503 of this route means, when it has one. */
  readonly unavailable?: string;
}

/** Declares a GET route together with its documentation. */
export function ReadRoute(options: RouteOptions): MethodDecorator {
  return applyDecorators(Get(options.path ?? ''), documented(options));
}

/** Declares a POST route without a body together with its documentation; answers 200. */
export function RunRoute(options: RouteOptions): MethodDecorator {
  return applyDecorators(Post(options.path ?? ''), HttpCode(200), documented(options));
}

function documented(options: RouteOptions): MethodDecorator {
  const input: RouteInput = { takesQuery: options.takesQuery ?? false };
  const problems = [
    problem(400, 'The request is malformed: `request.invalid` or `request.malformed`.'),
    ...(options.unknown === undefined
      ? []
      : [problem(404, `Nothing has this identity: \`${options.unknown.join('`, `')}\`.`)]),
    ...(options.conflict === undefined
      ? []
      : [problem(409, `The state refuses: \`${options.conflict.join('`, `')}\`.`)]),
    ...(options.unavailable === undefined ? [] : [problem(503, options.unavailable)]),
    problem('default', 'Any other refusal; `code` says which.'),
  ];
  return applyDecorators(
    SetMetadata(ROUTE_INPUT, input),
    ApiOperation({
      operationId: options.operationId,
      summary: options.summary,
      ...(options.description === undefined ? {} : { description: options.description }),
    }),
    ApiResponse({ status: 200, description: options.summary, ...contentOf(options) }),
    ...problems,
  );
}

function contentOf({ response, isCsv }: RouteOptions): ApiResponseNoStatusOptions {
  if (isCsv !== true) return { type: response };
  return { content: { 'text/csv': { schema: { type: 'string' } } } };
}

function problem(status: number | 'default', description: string): MethodDecorator {
  const schema = { $ref: getSchemaPath(ProblemDto) };
  return ApiResponse({ status, description, content: { [PROBLEM_MEDIA_TYPE]: { schema } } });
}
