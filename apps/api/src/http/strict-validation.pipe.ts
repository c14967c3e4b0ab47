import { type ArgumentMetadata, Injectable, ValidationPipe } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { type FieldProblem, RequestInvalid } from './request-errors.js';

/** Turns request parameters into their classes and refuses everything undeclared. */
@Injectable()
export class StrictValidationPipe extends ValidationPipe {
  constructor() {
    super({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      stopAtFirstError: true,
      exceptionFactory: (errors) => new RequestInvalid(errors.flatMap(fieldProblems)),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (value !== null && typeof value === 'object') {
      // The transformer drops these, or takes them for known; a client that sends them is told.
      const keys = Object.keys(value).filter(
        (key) => key in Object.prototype || key === 'prototype',
      );
      if (keys.length > 0) throw new RequestInvalid(keys.map(unknownField));
    }
    return await super.transform(value, metadata);
  }
}

function fieldProblems(error: ValidationError): readonly FieldProblem[] {
  const constraints = error.constraints ?? {};
  if ('whitelistValidation' in constraints) return [unknownField(error.property)];
  return Object.values(constraints).map((message) => ({ field: error.property, message }));
}

function unknownField(field: string): FieldProblem {
  return { field, message: 'is not a known parameter' };
}
