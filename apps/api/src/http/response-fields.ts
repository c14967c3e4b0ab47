import { applyDecorators, type Type } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';

interface FieldOptions {
  readonly description?: string;
  /** null means unknown or not applicable, never zero. */
  readonly nullable?: boolean;
}

function described(options: FieldOptions): { description?: string; nullable?: boolean } {
  return {
    ...(options.description === undefined ? {} : { description: options.description }),
    ...(options.nullable === true ? { nullable: true } : {}),
  };
}

/** Base units as a decimal string, exact at any size. */
export function ApiAmount(options: FieldOptions = {}): PropertyDecorator {
  return ApiProperty({
    type: 'string',
    pattern: '^-?(0|[1-9][0-9]*)$',
    example: '1000000000000000000',
    ...described(options),
  });
}

/** Text without a format. */
export function ApiText(options: FieldOptions = {}): PropertyDecorator {
  return ApiProperty({ type: 'string', ...described(options) });
}

/** Lower-case address of 20 bytes. */
export function ApiAddress(options: FieldOptions = {}): PropertyDecorator {
  return ApiProperty({ type: 'string', pattern: '^0x[0-9a-f]{40}$', ...described(options) });
}

/** Lower-case hex of 32 bytes: hash, guid or padded address. */
export function ApiWord(options: FieldOptions = {}): PropertyDecorator {
  return ApiProperty({ type: 'string', pattern: '^0x[0-9a-f]{64}$', ...described(options) });
}

/** Lower-case hex of any length. */
export function ApiHex(options: FieldOptions = {}): PropertyDecorator {
  return ApiProperty({ type: 'string', pattern: '^0x([0-9a-f]{2})*$', ...described(options) });
}

/** Whole number. */
export function ApiInt(options: FieldOptions = {}): PropertyDecorator {
  return ApiProperty({ type: 'integer', ...described(options) });
}

/** Block height. */
export function ApiBlock(options: FieldOptions = {}): PropertyDecorator {
  return ApiProperty({ type: 'integer', minimum: 0, example: 1204, ...described(options) });
}

/** Unix time in seconds, the clock of the chains. */
export function ApiTime(options: FieldOptions = {}): PropertyDecorator {
  return ApiProperty({ type: 'integer', minimum: 0, example: 1795000000, ...described(options) });
}

export function ApiFlag(options: FieldOptions = {}): PropertyDecorator {
  return ApiProperty({ type: 'boolean', ...described(options) });
}

/** One of a closed set of words. */
export function ApiChoice(
  choices: readonly string[],
  options: FieldOptions = {},
): PropertyDecorator {
  return ApiProperty({ type: 'string', enum: [...choices], ...described(options) });
}

/** A nested object. */
export function ApiObject(type: Type, options: FieldOptions = {}): PropertyDecorator {
  return ApiProperty({ type: () => type, ...described(options) });
}

/** A list of objects. */
export function ApiList(type: Type, options: FieldOptions = {}): PropertyDecorator {
  return ApiProperty({ type: () => type, isArray: true, ...described(options) });
}

/** A list of texts. */
export function ApiTexts(options: FieldOptions = {}): PropertyDecorator {
  return ApiProperty({ type: 'string', isArray: true, ...described(options) });
}

/** A list of 32-byte hex words. */
export function ApiWords(options: FieldOptions = {}): PropertyDecorator {
  return ApiProperty({
    type: 'array',
    items: { type: 'string', pattern: '^0x[0-9a-f]{64}$' },
    ...described(options),
  });
}

/** An object whose fields are not part of this contract. */
export function ApiFree(options: FieldOptions = {}): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: 'object', additionalProperties: true, ...described(options) }),
  );
}
