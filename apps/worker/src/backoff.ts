const FACTOR = 2;
const DELAY_MS_MAX = 30_000;

/** Pause before the next try after `failures` failures in a row; doubles from `baseMs` to 30 s. */
export function backoffMs(failures: number, baseMs: number): number {
  return Math.min(DELAY_MS_MAX, baseMs * FACTOR ** Math.min(failures, 20));
}
