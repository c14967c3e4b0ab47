/** Fields that never reach the log, whatever they hold. */
const SECRET_FIELD =
  /(operator|private|signing|api|access)_?key$|(access|auth|api|bearer)_?token$|secret|password|mnemonic|authorization|cookie|(rpc|database)_?urls?$/i;
const ADDRESS_WITH_SCHEME = /\b(?:https?|wss?|postgres(?:ql)?):\/\/[^\s"'<>)\]}]+/gi;
const DEPTH_MAX = 8;

export const REDACTED = '[redacted]';

/**
 * Turns any value into one that is safe to print as JSON: bigints become decimal strings, errors
 * plain objects, network addresses and secret fields disappear. Never throws, not even for cycles.
 */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`;
  if (value === null || typeof value !== 'object') return value;
  if (depth >= DEPTH_MAX) return '[deeper]';
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Error) return redactError(value, depth);
  if (Array.isArray(value)) return value.map((entry: unknown) => redact(entry, depth + 1));
  if (value instanceof Map || value instanceof Set) return redact([...value], depth + 1);
  return redactFields(value, depth);
}

/** Removes network addresses from running text: they may carry an access token. */
export function redactText(text: string): string {
  return text.replaceAll(ADDRESS_WITH_SCHEME, REDACTED);
}

/** `redact` for the fields of one object. */
export function redactFields(value: object, depth = 0): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([name, field]: [string, unknown]) => [
      name,
      SECRET_FIELD.test(name) && field !== undefined ? REDACTED : redact(field, depth + 1),
    ]),
  );
}

function redactError(error: Error, depth: number): Record<string, unknown> {
  return {
    type: error.name,
    message: redactText(error.message),
    ...(error.stack === undefined ? {} : { stack: redactText(error.stack) }),
    ...('code' in error ? { code: redact(error.code, depth + 1) } : {}),
    ...(error.cause === undefined ? {} : { cause: redact(error.cause, depth + 1) }),
  };
}
