/** What the shell learns from `headwater`; public contract, never renumber. */
export const EXIT = {
  ok: 0,
  checkFailed: 1,
  badInput: 2,
  unreachable: 3,
  /** A bug of the program itself. */
  fault: 70,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
