import { journalContent, type JournalDraft, type PostingDraft } from './journal.js';

/** How a stored journal differs from the one its facts give. */
export interface JournalDifference {
  readonly reason: string;
  /** The first posting that differs, and the account it is on. */
  readonly leg?: number;
  readonly accountId?: number;
}

type StoredPosting = PostingDraft & { readonly leg: number; readonly accountId: number };

/** Undefined when the stored journal says what it should. */
export function differenceOf(
  stored: JournalDraft & { readonly postings: readonly StoredPosting[] },
  expected: JournalDraft | undefined,
): JournalDifference | undefined {
  if (expected === undefined) return { reason: 'no log gives this journal' };
  if (expected.businessKey !== stored.businessKey) {
    return { reason: `the logs give ${expected.businessKey} in its place` };
  }
  for (const posting of stored.postings) {
    const { leg, accountId } = posting;
    const wanted = expected.postings[leg];
    const [has, should] = [posting, wanted].map(textOf);
    if (has !== should) {
      return { leg, accountId, reason: `leg ${leg} is ${has}, the logs give ${should}` };
    }
  }
  if (journalContent(stored) === journalContent(expected)) return undefined;
  return { reason: 'the logs give it another time, place or number of postings' };
}

function textOf(posting: PostingDraft | undefined): string {
  if (posting === undefined) return 'none';
  const { amount, asset, kind, owner } = posting;
  return `${amount} of ${asset} on ${kind} ${owner}`;
}
