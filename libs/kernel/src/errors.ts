/** An expected refusal. `code` is public API: clients may branch on it, so never rename one. */
export abstract class DomainError extends Error {
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The world failed and may recover: the job runner tries again with backoff. */
export class RetryableError extends Error {
  override readonly name = 'RetryableError';
}

/** We failed: a bug. The lane of the chain it happened on halts. */
export class InvariantViolation extends Error {
  override readonly name = 'InvariantViolation';
}

/** @throws {InvariantViolation} when `condition` does not hold. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantViolation(message);
}

/** Narrows a value that must exist here; its absence is a bug. */
export function defined<Value>(value: Value | null | undefined, what: string): Value {
  assert(value !== null && value !== undefined, `${what} is missing`);
  return value;
}
