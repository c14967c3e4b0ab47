import { assert } from '#kernel';

/** `genesis` is the first second of epoch 1. */
export interface EpochGrid {
  readonly genesis: number;
  readonly durationSeconds: number;
}

/** First second after `epoch`. */
export function endOfEpoch(grid: EpochGrid, epoch: number): number {
  assert(epoch >= 1, `epochs count from 1, got ${epoch}`);
  return grid.genesis + epoch * grid.durationSeconds;
}

/** First epoch that ends after second `at`. */
export function epochEndingAfter(grid: EpochGrid, at: number): number {
  return Math.max(1, Math.floor((at - grid.genesis) / grid.durationSeconds) + 1);
}
