import { isObject, listAt, objectAt, textOf } from './api-schema.js';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

export interface Parameter {
  readonly name: string;
  readonly place: 'path' | 'query';
  readonly isRequired: boolean;
  /** A value the route accepts. */
  readonly sample: string;
  readonly kind: ParameterKind;
}

export type ParameterKind = 'address' | 'word' | 'integer' | 'choice' | 'uint256' | 'name';

export interface Operation {
  readonly method: string;
  /** With `{name}` for path parameters. */
  readonly path: string;
  readonly operationId: string;
  readonly parameters: readonly Parameter[];
  /** By status. */
  readonly responses: Readonly<Record<string, unknown>>;
}

/** Every route of an OpenAPI document. */
export function operationsOf(document: unknown): readonly Operation[] {
  return Object.entries(objectAt(document, 'paths')).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = isObject(item) ? item[method] : undefined;
      if (!isObject(operation)) return [];
      return [
        {
          method: method.toUpperCase(),
          path,
          operationId: String(operation['operationId']),
          parameters: listAt(operation, 'parameters').map(parameterOf),
          responses: objectAt(operation, 'responses'),
        },
      ];
    }),
  );
}

/** The URL of an operation with its samples, or with `values` instead. */
export function urlOf(operation: Operation, values: Readonly<Record<string, string>> = {}): string {
  const path = operation.parameters
    .filter(({ place }) => place === 'path')
    .reduce(
      (text, { name, sample }) => text.replace(`{${name}}`, encoded(values[name] ?? sample)),
      operation.path,
    );
  const query = operation.parameters
    .filter(({ place, name, isRequired }) => place === 'query' && (isRequired || name in values))
    .map(({ name, sample }) => `${name}=${encoded(values[name] ?? sample)}`);
  return query.length === 0 ? path : `${path}?${query.join('&')}`;
}

/** Values marked `raw:` go out as they are, to send broken percent-encoding. */
function encoded(value: string): string {
  return value.startsWith('raw:') ? value.slice('raw:'.length) : encodeURIComponent(value);
}

function parameterOf(parameter: unknown): Parameter {
  const schema = objectAt(parameter, 'schema');
  const fields = isObject(parameter) ? parameter : {};
  const [choice] = listAt(schema, 'enum');
  return {
    name: String(fields['name']),
    place: fields['in'] === 'path' ? 'path' : 'query',
    isRequired: fields['required'] === true,
    sample: textOf(choice ?? schema['example'] ?? schema['default'] ?? 'sample'),
    kind: kindOf(schema),
  };
}

function kindOf(schema: Readonly<Record<string, unknown>>): ParameterKind {
  if (Array.isArray(schema['enum'])) return 'choice';
  if (schema['type'] === 'integer') return 'integer';
  switch (schema['pattern']) {
    case '^0x[0-9a-fA-F]{40}$':
      return 'address';
    case '^0x[0-9a-fA-F]{64}$':
      return 'word';
    case '^(0|[1-9][0-9]*)$':
      return 'uint256';
    default:
      return 'name';
  }
}
