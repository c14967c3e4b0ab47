/** Points at which a process can be told to die, to prove that a restart loses nothing. */
export const FAILPOINTS = [
  'intent-stored',
  'broadcast',
  'range-committed',
  'journals-posted',
  'decision-stored',
  'before-commit',
] as const;
export type Failpoint = (typeof FAILPOINTS)[number];

/** Name of the failpoint this process must die at, if any. */
export function armedFailpoint(): string | undefined {
  return process.env['HEADWATER_FAILPOINT'];
}
