/** Blocks to go from which on it is worth saying how long it will take. */
const REMAINING_MIN = 200;
/** Weight of the newest round in the speed. */
const NEWEST = 0.3;

/** How an index that is behind is doing. */
export interface Progress {
  readonly remainingBlocks: number;
  readonly blocksPerSecond: number;
  /** Seconds until the index is at the head, at this speed. */
  readonly etaSeconds: number;
}

/** Speed of an index over its last rounds. */
export class CatchUp {
  private blocksPerSecond: number | undefined;

  /** Takes a round of `blocks` into account; undefined while the index keeps up. */
  advanced(round: {
    readonly blocks: number;
    readonly seconds: number;
    readonly remainingBlocks: number;
  }): Progress | undefined {
    const { blocks, seconds, remainingBlocks } = round;
    if (remainingBlocks < REMAINING_MIN) {
      this.blocksPerSecond = undefined;
      return undefined;
    }
    const newest = blocks / Math.max(seconds, 0.001);
    const before = this.blocksPerSecond ?? newest;
    this.blocksPerSecond = before + NEWEST * (newest - before);
    const etaSeconds = Math.ceil(remainingBlocks / Math.max(this.blocksPerSecond, 0.001));
    return { remainingBlocks, blocksPerSecond: this.blocksPerSecond, etaSeconds };
  }
}
