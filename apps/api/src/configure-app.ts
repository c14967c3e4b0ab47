import { VersioningType } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule } from '@nestjs/swagger';
import { Log, NestLog } from '#observability';
import { openApiDocument } from './http/document.js';
import { refuseOtherMediaTypes, securityHeaders } from './http/middleware.js';
import { ProblemFilter } from './http/problem.filter.js';
import { RouteTable } from './http/route-table.js';
import { StrayInputGuard } from './http/stray-input.guard.js';
import { StrictValidationPipe } from './http/strict-validation.pipe.js';

/** Largest accepted body after decompression. */
const BODY_BYTES_MAX = 100_000;
/** A client gets this long to send its whole request. */
const REQUEST_TIMEOUT_MS = 10_000;

/** Options both `main.ts` and the tests create the application with. */
export const APP_OPTIONS = { bodyParser: false, abortOnError: false } as const;

/** Everything `main.ts` and the tests must set up identically. */
export function configureApp(app: NestExpressApplication): void {
  const log = app.get(Log);
  const routes = new RouteTable();
  app.useLogger(new NestLog(log));
  app.disable('x-powered-by');
  app.use(securityHeaders, refuseOtherMediaTypes);
  app.useBodyParser('json', { limit: BODY_BYTES_MAX });
  app.enableVersioning({ type: VersioningType.URI });
  app.useGlobalFilters(new ProblemFilter(routes, log));
  app.useGlobalGuards(new StrayInputGuard(app.get(Reflector)));
  app.useGlobalPipes(new StrictValidationPipe());
  app.getHttpServer().requestTimeout = REQUEST_TIMEOUT_MS;

  const document = openApiDocument(app);
  routes.load(document);
  SwaggerModule.setup('docs', app, document, { jsonDocumentUrl: 'docs-json' });
}
