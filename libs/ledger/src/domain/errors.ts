import { DomainError } from '#kernel';

/** A business key is in the ledger already, with other content. */
export class JournalConflict extends DomainError {
  readonly code = 'ledger.journal-conflict';

  constructor(readonly businessKey: string) {
    super(`journal ${businessKey} exists with different content`);
  }
}
