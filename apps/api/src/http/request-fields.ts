import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsOptional, ValidateBy } from 'class-validator';
import { isAddress } from 'viem';

/** Most rows one answer carries. */
export const LIMIT_MAX = 200;
export const LIMIT_DEFAULT = 50;

const UINT32_MAX = 4_294_967_295;
const UINT256_MAX = 2n ** 256n - 1n;
const UINT256_DIGITS_MAX = 78;

const ID_PATTERN = /^[1-9][0-9]{0,15}$/;
const UINT_PATTERN = /^(0|[1-9][0-9]*)$/;
const WORD_PATTERN = /^0x[0-9a-fA-F]{64}$/;
const CHAIN_PATTERN = /^(eip155:[1-9][0-9]{0,15}|[1-9][0-9]{0,15}|[a-z][a-z0-9-]{0,31})$/;
const COMMAND_PATTERN = /^[a-z][a-z0-9-]{0,30}:[1-9][0-9]{0,15}$/;

const BLOCK_OF_CHAIN = '[a-z][a-z0-9-]{0,31}:(0|[1-9][0-9]{0,14})';
const BLOCKS_PATTERN = new RegExp(`^${BLOCK_OF_CHAIN}(,${BLOCK_OF_CHAIN})*$`);
const BLOCKS_LENGTH_MAX = 2_000;

interface FieldOptions {
  readonly description: string;
  readonly isOptional?: boolean;
}

interface Rule extends FieldOptions {
  readonly name: string;
  readonly message: string;
  readonly schema: {
    readonly type: 'string' | 'integer';
    readonly pattern?: string;
    readonly minimum?: number;
    readonly maximum?: number;
    readonly default?: number | string;
    readonly enum?: string[];
    readonly example?: number | string;
  };
  /** The domain value of the text, or undefined when it is refused. */
  readonly parse: (text: string) => unknown;
}

/** Stands for a value that was refused, so that the validator can name the field. */
class Refused {}

/**
 * A field whose text is parsed once and strictly: a repeated parameter (an array) and a nested
 * one (an object) never reach `parse`.
 */
function textField(rule: Rule): PropertyDecorator {
  const { message, name, schema, description } = rule;
  return applyDecorators(
    ApiProperty({ ...schema, description, required: rule.isOptional !== true }),
    Transform(({ value }: { value: unknown }) => {
      if (value === undefined) return undefined;
      return typeof value === 'string' ? (rule.parse(value) ?? new Refused()) : new Refused();
    }),
    ValidateBy({
      name,
      validator: {
        validate: (value: unknown) => value !== undefined && !(value instanceof Refused),
        defaultMessage: () => message,
      },
    }),
    ...(rule.isOptional === true ? [IsOptional()] : []),
  );
}

/** A 20-byte address, lower-cased; mixed case must carry a valid checksum. */
export function AddressField(options: FieldOptions): PropertyDecorator {
  return textField({
    ...options,
    name: 'address',
    message: 'must be an address of 20 bytes, in lower case or with a valid checksum',
    schema: {
      type: 'string',
      pattern: '^0x[0-9a-fA-F]{40}$',
      example: '0x70997970c51812dc3a010c7d01b50e0d17dc79c8',
    },
    parse: (text) => (isAddress(text, { strict: true }) ? text.toLowerCase() : undefined),
  });
}

/** A whole number from 1, in plain digits. */
export function IdField(options: FieldOptions & { readonly max?: number }): PropertyDecorator {
  const maximum = options.max ?? UINT32_MAX;
  return textField({
    ...options,
    name: 'id',
    message: `must be a whole number from 1 to ${maximum} in plain digits`,
    schema: { type: 'integer', minimum: 1, maximum, example: 1 },
    parse: (text) => {
      const value = ID_PATTERN.test(text) ? Number(text) : 0;
      return value >= 1 && value <= maximum ? value : undefined;
    },
  });
}

/** Page size; {@link LIMIT_DEFAULT} when absent. */
export function LimitField(): PropertyDecorator {
  return applyDecorators(
    IdField({ description: 'Most rows to return.', isOptional: true, max: LIMIT_MAX }),
    ApiProperty({
      type: 'integer',
      minimum: 1,
      maximum: LIMIT_MAX,
      default: LIMIT_DEFAULT,
      description: 'Most rows to return.',
      required: false,
    }),
  );
}

/** A number up to 2^256 - 1 in plain digits; stays text. */
export function Uint256Field(options: FieldOptions): PropertyDecorator {
  return textField({
    ...options,
    name: 'uint256',
    message: 'must be a whole number below 2^256 in plain digits',
    schema: { type: 'string', pattern: UINT_PATTERN.source, example: '1' },
    parse: (text) =>
      text.length <= UINT256_DIGITS_MAX && UINT_PATTERN.test(text) && BigInt(text) <= UINT256_MAX
        ? text
        : undefined,
  });
}

/** 32 bytes as hex, lower-cased. */
export function WordField(options: FieldOptions): PropertyDecorator {
  return textField({
    ...options,
    name: 'word',
    message: 'must be 32 bytes as 0x and 64 hex digits',
    schema: { type: 'string', pattern: WORD_PATTERN.source, example: `0x${'ab'.repeat(32)}` },
    parse: (text) => (WORD_PATTERN.test(text) ? text.toLowerCase() : undefined),
  });
}

/** A chain by key (`hub`), number (`900101`) or CAIP-2 (`eip155:900101`). */
export function ChainField(options: FieldOptions): PropertyDecorator {
  return textField({
    ...options,
    name: 'chain',
    message: 'must be a chain key, a chain number or eip155:<number>',
    schema: { type: 'string', pattern: CHAIN_PATTERN.source, example: 'hub' },
    parse: (text) => (CHAIN_PATTERN.test(text) ? text : undefined),
  });
}

/** A command: the key of its chain, a colon and its number, such as `alpha:7`. */
export function CommandField(options: FieldOptions): PropertyDecorator {
  return textField({
    ...options,
    name: 'command',
    message: 'must be a chain key, a colon and a number from 1, such as alpha:7',
    schema: { type: 'string', pattern: COMMAND_PATTERN.source, example: 'alpha:7' },
    parse: (text) => (COMMAND_PATTERN.test(text) ? text : undefined),
  });
}

/** Blocks by chain key, such as `hub:120,alpha:99`; each chain once. */
export function BlocksField(options: FieldOptions): PropertyDecorator {
  return textField({
    ...options,
    name: 'blocks',
    message: 'must be chain keys with block numbers, such as hub:120,alpha:99, each chain once',
    schema: { type: 'string', pattern: BLOCKS_PATTERN.source, example: 'hub:1' },
    parse: (text) => {
      if (text.length > BLOCKS_LENGTH_MAX || !BLOCKS_PATTERN.test(text)) return undefined;
      const blocks = text.split(',').map((part): readonly [string, number] => {
        const [key = '', block] = part.split(':');
        return [key, Number(block)];
      });
      const named = new Map(blocks);
      return named.size === blocks.length ? named : undefined;
    },
  });
}

/** One of the listed words. */
export function ChoiceField(
  options: FieldOptions & { readonly choices: readonly string[]; readonly fallback?: string },
): PropertyDecorator {
  return textField({
    ...options,
    name: 'choice',
    message: `must be one of ${options.choices.join(', ')}`,
    schema: {
      type: 'string',
      enum: [...options.choices],
      ...(options.fallback === undefined ? {} : { default: options.fallback }),
    },
    parse: (text) => (options.choices.includes(text) ? text : undefined),
  });
}

const OWNER_PATTERN =
  /^(0x[0-9a-fA-F]{40}(:[1-9][0-9]{0,9}(:[1-3])?)?|0x[0-9a-f]{64}|[a-z][a-z-]{0,39}|[1-9][0-9]{0,9}(:[1-3])?)$/;
const ADDRESS_LENGTH = 42;

/**
 * Owner of a ledger account: an address, `address:farm`, a guid, a farm number or a word; farms with
 * `:stream` behind them for a stream other than the emission.
 */
export function OwnerField(options: FieldOptions): PropertyDecorator {
  return textField({
    ...options,
    name: 'owner',
    message:
      'must be an address, address:farm[:stream], a guid, farm[:stream] or a lower-case word',
    schema: { type: 'string', pattern: OWNER_PATTERN.source },
    parse: (text) => {
      if (!OWNER_PATTERN.test(text)) return undefined;
      const isUser = text.length === ADDRESS_LENGTH || text[ADDRESS_LENGTH] === ':';
      if (isUser && !isAddress(text.slice(0, ADDRESS_LENGTH), { strict: true })) return undefined;
      return text.toLowerCase();
    },
  });
}
