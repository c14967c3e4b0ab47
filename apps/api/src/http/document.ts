import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { ProblemDto } from './problem.js';

const DESCRIPTION = `Read-only view of one Headwater deployment.

Amounts are base units as decimal strings. \`null\` means unknown or not applicable, never zero.
What comes from a chain says as of which block. Unknown parameters are refused, so a misspelt
filter never answers with everything.`;

/** The OpenAPI document of every route of `app`. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const settings = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Headwater')
    .setVersion('1')
    .setDescription(DESCRIPTION)
    .build();
  return SwaggerModule.createDocument(app, settings, { extraModels: [ProblemDto] });
}
