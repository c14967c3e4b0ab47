const START_BLOCKS = 100;
const BLOCKS_MAX = 10_000;
/** Above this many logs a range is large enough: one answer and one transaction hold it all. */
const LOGS_MAX = 5_000;

/** How many blocks to ask for at once: learned, since every endpoint has limits of its own. */
export class RangeSize {
  private size = START_BLOCKS;

  get blocks(): number {
    return this.size;
  }

  /** Doubles after a light range, halves after a heavy one. */
  delivered(logCount: number): void {
    if (logCount > LOGS_MAX) this.failed();
    else if (logCount * 2 <= LOGS_MAX) this.size = Math.min(BLOCKS_MAX, this.size * 2);
  }

  /** Halves: whatever the reason of the failure, a smaller range asks for less. */
  failed(): void {
    this.size = Math.max(1, Math.floor(this.size / 2));
  }
}

/** The range each endpoint can take, by its key. */
export class RangeBook {
  private readonly sizes = new Map<string, RangeSize>();

  of(nodeKey: string): RangeSize {
    const size = this.sizes.get(nodeKey) ?? new RangeSize();
    this.sizes.set(nodeKey, size);
    return size;
  }
}
