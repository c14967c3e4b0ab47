import { toAddress, toChainId, toHex } from '#kernel';
import { type EpochStatement, type LiabilityTotals } from '../domain/epoch-root.js';
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

/** The end of epoch 7 on one chain, where one tree was built; the contracts hold what they owe. */
export function aStatementOf(
  totals: Omit<LiabilityTotals, 'chainId' | 'other' | 'held'>,
): EpochStatement {
  const { owed, inFlight } = totals;
  const chainId = 900_101;
  const hash = toHex(`0x${'07'.repeat(32)}`);
  return {
    epoch: 7,
    heads: [{ chainId, block: 70, blockHash: hash, seq: 12, head: hash }],
    totals: [{ chainId, ...totals, other: 0n, held: owed - inFlight }],
  };
}
