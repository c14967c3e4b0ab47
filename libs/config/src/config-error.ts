import { DomainError } from '#kernel';

/** Settings or the deployment file are wrong; `problems` names every one of them, one line each. */
export class ConfigError extends DomainError {
  readonly code = 'config.invalid';

  constructor(readonly problems: readonly string[]) {
    super(`invalid configuration:\n  ${problems.join('\n  ')}`);
  }
}
