/** Points at which a process can be told to die, to prove that a restart loses nothing. */
export const FAILPOINTS = [
  // Index: a range is read, and stored.
  'range-read',
  'range-committed',
  // Ledger: journals are in, the states behind them are not; all is in; all is committed.
  'mid-journal',
  'before-commit',
  'journals-posted',
  // Emission and transactions, from the decision to the receipt.
  'decision-stored',
  'signed',
  'intent-stored',
  'broadcast',
  'receipt-recorded',
  // Reconciliation, and what an operator runs.
  'reconciled',
  'mid-backup',
  'mid-restore',
  'mid-rebuild',
] as const;
export type Failpoint = (typeof FAILPOINTS)[number];

/** Name of the failpoint this process must die at, if any. */
export function armedFailpoint(): string | undefined {
  return process.env['HEADWATER_FAILPOINT'];
}
