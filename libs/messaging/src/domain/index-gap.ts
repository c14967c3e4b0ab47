/** How far our index of a chain is, and what keeps it from going on. */
export interface IndexProgress {
  /** Last indexed block; `null` when the chain was never looked at. */
  readonly cursorBlock: number | null;
  /** Chain time of that block, seconds. */
  readonly cursorTimestamp: number;
  readonly haltedReason: string | null;
  /** Why the last round failed; `null` after one that did not. */
  readonly lastError: string | null;
}

/** A stretch of a chain we cannot see: what happened there is unknown, not nothing. */
export interface IndexGap {
  /** Last block we know; `null` when none. */
  readonly block: number | null;
  readonly reason: string;
  readonly kind: 'halted' | 'failing' | 'behind' | 'unknown-chain';
}

/**
 * What hides the present of a chain from us; null when nothing does. With `since`, in seconds of
 * chain time, an index that has not come that far is hidden too.
 */
export function gapOf(progress: IndexProgress | undefined, since: number | null): IndexGap | null {
  if (progress === undefined) {
    return { kind: 'unknown-chain', block: null, reason: 'the deployment does not name it' };
  }
  const { cursorBlock: block, haltedReason, lastError, cursorTimestamp } = progress;
  if (haltedReason !== null) return { kind: 'halted', block, reason: `halted: ${haltedReason}` };
  if (lastError !== null) return { kind: 'failing', block, reason: `not read: ${lastError}` };
  if (block === null || (since !== null && cursorTimestamp < since)) {
    return { kind: 'behind', block, reason: 'before the packet was sent' };
  }
  return null;
}

/** Says how far we know the chain. */
export function gapSentence(chain: string, { block, reason }: IndexGap): string {
  const extent = block === null ? 'has not begun' : `stops at block ${block} (${reason})`;
  return `Our index of ${chain} ${extent}; what happened there since is unknown.`;
}

/** Says what makes the chain visible again. */
export function gapAdvice(chain: string, { kind }: IndexGap): string {
  switch (kind) {
    case 'halted':
      return `Repair the index of ${chain}; until then look the packet up on the chain itself.`;
    case 'failing':
      return `Get a node of ${chain} to answer; until then look the packet up on another one.`;
    case 'behind':
      return `Wait for the index of ${chain} to catch up.`;
    case 'unknown-chain':
      return `Add ${chain} to the deployment; until then look the packet up on the chain itself.`;
  }
}
