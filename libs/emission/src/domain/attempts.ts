/** Attempts at one decision or at sending the orders of one revision; then a person has to look. */
export const ATTEMPTS_MAX = 20;

const WAIT_SECONDS_MIN = 10;
const WAIT_SECONDS_MAX = 300;

/** Seconds of chain time between the end of an attempt, counted from 1, and the next one. */
export function retryWaitSeconds(attempt: number): number {
  return Math.min(WAIT_SECONDS_MAX, WAIT_SECONDS_MIN * 2 ** Math.min(attempt - 1, 10));
}

/** What a transaction is for: the first attempt needs no number. */
export function attemptKey(base: string, attempt: number): string {
  return attempt === 1 ? base : `${base}:${attempt}`;
}
