import type { ValidationError } from 'class-validator';

/** One line for each broken constraint, with the path of the field: `chains.0.eid: must be …`. */
export function problemsOf(
  errors: readonly ValidationError[],
  parentPath: readonly string[] = [],
): string[] {
  return errors.flatMap((error) => {
    const path = [...parentPath, error.property];
    const own = Object.values(error.constraints ?? {}).map(
      (message) => `${path.join('.')}: ${message}`,
    );
    return [...own, ...problemsOf(error.children ?? [], path)];
  });
}
