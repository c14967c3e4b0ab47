import { type Address, assert, type ChainId, type Hex } from '#kernel';
import { type AccountKind } from './accounts.js';

/** One leg. `amount` is in the asset's smallest unit: positive debits, negative credits. */
export interface PostingDraft {
  readonly asset: Address;
  readonly kind: AccountKind;
  readonly owner: string;
  readonly amount: bigint;
}

/** What happened once, at one place of one chain. Everything but row ids is fixed by the chain. */
export interface JournalDraft {
  /** Identity of the fact: the same key always carries the same content. */
  readonly businessKey: string;
  readonly chainId: ChainId;
  readonly kind: string;
  readonly block: { readonly number: number; readonly hash: Hex };
  readonly txHash: Hex | null;
  readonly logIndex: number | null;
  /** Chain time of the block, in seconds. */
  readonly occurredAt: number;
  readonly postings: readonly PostingDraft[];
}

/** Names one account inside a journal; chain and asset come from the movement. */
export interface AccountRef {
  readonly kind: AccountKind;
  readonly owner: string;
}

/**
 * The two legs of moving `amount` of `asset`: the origin is debited, the target credited, so an
 * account holds credits - debits.
 */
export function movement(options: {
  readonly asset: Address;
  readonly from: AccountRef;
  readonly to: AccountRef;
  readonly amount: bigint;
}): readonly [PostingDraft, PostingDraft] {
  const { asset, from, to, amount } = options;
  assert(amount > 0n, `a movement must be positive, got ${amount}`);
  return [
    { asset, kind: from.kind, owner: from.owner, amount },
    { asset, kind: to.kind, owner: to.owner, amount: -amount },
  ];
}

/** Upper bound of a leg: the column is numeric(78,0) and balances must fit as well. */
const AMOUNT_BOUND = 2n ** 256n;
const TEXT = /^[\x21-\x7e]{1,200}$/;

/**
 * Checks everything the database would refuse, so that the cause is named before the write.
 *
 * @throws {InvariantViolation} for an unbalanced or malformed draft.
 */
export function assertSound(draft: JournalDraft): void {
  const { businessKey, postings } = draft;
  assert(TEXT.test(businessKey), `malformed business key ${JSON.stringify(businessKey)}`);
  assert(TEXT.test(draft.kind), `${businessKey}: malformed kind`);
  assert(Number.isSafeInteger(draft.block.number), `${businessKey}: malformed block number`);
  assert(Number.isSafeInteger(draft.occurredAt), `${businessKey}: malformed time`);
  assert(postings.length >= 2, `${businessKey}: a journal needs at least two postings`);
  const sums = new Map<Address, bigint>();
  for (const { asset, owner, amount } of postings) {
    assert(TEXT.test(owner), `${businessKey}: malformed owner ${JSON.stringify(owner)}`);
    assert(amount !== 0n, `${businessKey}: a posting of nothing`);
    assert(amount < AMOUNT_BOUND && -amount < AMOUNT_BOUND, `${businessKey}: amount too large`);
    sums.set(asset, (sums.get(asset) ?? 0n) + amount);
  }
  for (const [asset, sum] of sums) {
    assert(sum === 0n, `${businessKey}: postings of ${asset} sum to ${sum}, not to zero`);
  }
}

/**
 * The bytes a journal's hash covers. Fields are joined by line breaks, which none of them can
 * contain, so two different journals never share a preimage.
 *
 * @param place `seq` counts the journals of a chain from 1; `prevHash` is the hash of the journal
 * before it.
 */
export function journalPreimage(
  draft: JournalDraft,
  place: { readonly seq: number; readonly prevHash: Hex },
): string {
  return `${place.seq}\n${place.prevHash}\n${journalContent(draft)}`;
}

/** The part of the preimage that does not depend on the place in the chain. */
export function journalContent(draft: JournalDraft): string {
  let text = `headwater-journal-1\n${draft.businessKey}\n${draft.chainId}\n${draft.kind}\n`;
  text += `${draft.block.number}\n${draft.block.hash}\n${draft.txHash ?? '-'}\n`;
  text += `${draft.logIndex ?? '-'}\n${draft.occurredAt}\n${draft.postings.length}`;
  for (const { asset, kind, owner, amount } of draft.postings) {
    text += `\n${asset}\n${kind}\n${owner}\n${amount}`;
  }
  return text;
}

/** `prevHash` of the first journal of a chain. */
export const GENESIS_HASH: Hex = `0x${'0'.repeat(64)}`;
