/** A JSON value nobody has looked at yet. */
type Json = unknown;
type Fields = Readonly<Record<string, Json>>;

export function isObject(value: Json): value is Fields {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** A text as it is; anything else as JSON, so that it still reads. */
export function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The object under `key`, or an empty one. */
export function objectAt(value: Json, key: string): Fields {
  const field = isObject(value) ? value[key] : undefined;
  return isObject(field) ? field : {};
}

/** The list under `key`, or an empty one. */
export function listAt(value: Json, key: string): readonly Json[] {
  const field = isObject(value) ? value[key] : undefined;
  return Array.isArray(field) ? field : [];
}

/**
 * What in `value` the schema does not allow, one line each.
 *
 * Covers the keywords our documents use, and is stricter than JSON Schema in one way: a field the
 * schema does not name is a violation, because it is one nobody documented.
 */
export function violationsOf(options: {
  readonly document: Json;
  readonly schema: Json;
  readonly value: Json;
  readonly path?: string;
}): readonly string[] {
  const { document, value, path = '$' } = options;
  const schema = resolved(document, options.schema);
  const check = (inner: Json, field: Json, at: string) =>
    violationsOf({ document, schema: inner, value: field, path: at });

  const variants = [...listAt(schema, 'anyOf'), ...listAt(schema, 'oneOf')];
  if (variants.length > 0) {
    const isAllowed = variants.some((variant) => check(variant, value, path).length === 0);
    return isAllowed ? [] : [`${path} fits no variant: ${JSON.stringify(value)}`];
  }
  const all = listAt(schema, 'allOf');
  if (all.length > 0) return all.flatMap((part) => check(part, value, path));

  const types = [schema['type'] ?? []].flat().map((type) => textOf(type));
  if (types.length > 0 && !types.some((type) => hasType(value, type))) {
    return [`${path} is not ${types.join(' or ')}: ${JSON.stringify(value)}`];
  }
  if (Array.isArray(schema['enum']) && !schema['enum'].includes(value)) {
    return [`${path} is none of ${schema['enum'].join(', ')}: ${JSON.stringify(value)}`];
  }
  if (typeof value === 'string' && typeof schema['pattern'] === 'string') {
    return new RegExp(schema['pattern']).test(value) ? [] : [`${path} has a wrong form: ${value}`];
  }
  if (typeof value === 'number') return rangeViolations(schema, value, path);
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => check(schema['items'], item, `${path}[${index}]`));
  }
  if (!isObject(value)) return [];
  return objectViolations(schema, value, { path, check });
}

function rangeViolations(schema: Fields, value: number, path: string): readonly string[] {
  const { minimum, maximum } = schema;
  if (typeof minimum === 'number' && value < minimum) return [`${path} is below ${minimum}`];
  if (typeof maximum === 'number' && value > maximum) return [`${path} is above ${maximum}`];
  return [];
}

function objectViolations(
  schema: Fields,
  value: Fields,
  {
    path,
    check,
  }: { path: string; check: (schema: Json, value: Json, at: string) => readonly string[] },
): readonly string[] {
  const properties = objectAt(schema, 'properties');
  const missing = listAt(schema, 'required').filter((name) => !(String(name) in value));
  return [
    ...missing.map((name) => `${path}.${String(name)} is missing`),
    ...Object.entries(value).flatMap(([name, field]) => {
      if (name in properties) return check(properties[name], field, `${path}.${name}`);
      return schema['additionalProperties'] === true ? [] : [`${path}.${name} is not documented`];
    }),
  ];
}

function resolved(document: Json, schema: Json): Fields {
  const reference = isObject(schema) ? schema['$ref'] : undefined;
  if (typeof reference !== 'string') return isObject(schema) ? schema : {};
  const target = reference
    .replace('#/', '')
    .split('/')
    .reduce<Json>((at, key) => (isObject(at) ? at[key] : undefined), document);
  if (!isObject(target)) throw new Error(`${reference} leads nowhere`);
  return target;
}

function hasType(value: Json, type: string): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'integer':
      return Number.isSafeInteger(value);
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    default:
      return typeof value === type;
  }
}
