import { DomainError } from '#kernel';

/** One refused input: where it was and what it must be. */
export interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

/** The request does not have the documented shape; names every refused field at once. */
export class RequestInvalid extends DomainError {
  readonly code = 'request.invalid';

  constructor(readonly errors: readonly FieldProblem[]) {
    super(errors.map(({ field, message }) => `${field} ${message}`).join('; '));
  }
}

/** The body is not JSON although the route takes nothing else. */
export class MediaTypeUnsupported extends DomainError {
  readonly code = 'request.media-type';

  constructor() {
    super('A body must be sent as application/json.');
  }
}

const ENTITY_CODES = {
  chain: 'chain.unknown',
  farm: 'farm.unknown',
  epoch: 'epoch.unknown',
  message: 'message.unknown',
  command: 'command.unknown',
  journey: 'journey.unknown',
  proposal: 'proposal.unknown',
  reconciliation: 'reconciliation.unknown',
} as const;

/** What a client can ask for by identity. */
export type Entity = keyof typeof ENTITY_CODES;

/** A well-formed identity that names nothing. */
export class EntityUnknown extends DomainError {
  readonly code: string;

  constructor(entity: Entity, message: string) {
    super(message);
    this.code = ENTITY_CODES[entity];
  }
}

/** @throws {EntityUnknown} when nothing was found. */
export function found<Value>(
  value: Value | null | undefined,
  entity: Entity,
  message: string,
): Value {
  if (value === null || value === undefined) throw new EntityUnknown(entity, message);
  return value;
}

/** A reconciliation runs already; two at once would only slow each other down. */
export class ReconciliationRunning extends DomainError {
  readonly code = 'reconciliation.running';

  constructor() {
    super('A reconciliation is running; ask for /v1/reconciliations/latest in a few seconds.');
  }
}
