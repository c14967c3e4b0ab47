/** Resolves after `milliseconds`. */
export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/**
 * Asks `probe` until it answers something other than undefined.
 *
 * @throws {WaitTimeout} naming `what` when `timeoutMs` passes first.
 */
export async function waitFor<Value>(options: {
  readonly what: string;
  readonly probe: () => Promise<Value | undefined> | Value | undefined;
  readonly timeoutMs: number;
  readonly intervalMs?: number;
}): Promise<Value> {
  const { what, probe, timeoutMs, intervalMs = 100 } = options;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    if (performance.now() > deadline) throw new WaitTimeout(what, timeoutMs);
    await sleep(intervalMs);
  }
}

/** Something that was waited for did not happen in time. */
export class WaitTimeout extends Error {
  override readonly name = 'WaitTimeout';

  constructor(what: string, timeoutMs: number) {
    super(`${what} did not happen within ${timeoutMs} ms`);
  }
}
