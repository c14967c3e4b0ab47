import { toAddress, toChainId, toHex } from '#kernel';
import { movement, type JournalDraft } from '../domain/journal.js';

/** A deposit of 5 by user 0x…0b; override only what the test is about. */
export function aJournal(overrides: Partial<JournalDraft> = {}): JournalDraft {
  return {
    businessKey: 'log:900101:7:0',
    chainId: toChainId(900_101),
    kind: 'staked',
    block: { number: 7, hash: toHex(`0x${'07'.repeat(32)}`) },
    txHash: toHex(`0x${'70'.repeat(32)}`),
    logIndex: 0,
    occurredAt: 1_795_000_000,
    postings: movement({
      asset: toAddress(`0x${'a1'.repeat(20)}`),
      from: { kind: 'external', owner: toAddress(`0x${'0b'.repeat(20)}`) },
      to: { kind: 'staked', owner: `${toAddress(`0x${'0b'.repeat(20)}`)}:1` },
      amount: 5n,
    }),
    ...overrides,
  };
}
