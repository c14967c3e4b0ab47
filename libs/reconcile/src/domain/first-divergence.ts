import { assert } from '#kernel';

/** What a look at one block gave; `unknown` when the node no longer keeps its state. */
export type Agreement = 'agrees' | 'differs' | 'unknown';

/** Between which of the blocks the first difference lies. */
export interface Window {
  /** Newest block below the first difference that was seen to agree; undefined for none. */
  readonly agreedAt: number | undefined;
  /** Oldest block that was seen to differ; undefined when only the end differs. */
  readonly differedAt: number | undefined;
  /** Whether no block lies between the two that could not be looked at. */
  readonly isExact: boolean;
}

/**
 * Finds the first of `blocks`, ascending, at which rows differ from the chain, with as few looks
 * as a binary search needs. What differs once is taken to differ from then on, and a node to keep
 * states from some block on: nothing older than a block it lacks is asked for.
 *
 * Before the first block rows and chain agree: both are nothing.
 */
export async function firstDivergence(
  blocks: readonly number[],
  look: (block: number) => Promise<Agreement>,
): Promise<Window> {
  let [low, high] = [-1, blocks.length];
  let lost = -1;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    const seen = await look(at(blocks, middle));
    if (seen === 'differs') high = middle;
    else low = middle;
    if (seen === 'unknown') lost = middle;
  }
  const isLost = low >= 0 && lost === low;
  return {
    agreedAt: low < 0 || isLost ? undefined : at(blocks, low),
    differedAt: high === blocks.length ? undefined : at(blocks, high),
    isExact: !isLost,
  };
}

function at(blocks: readonly number[], index: number): number {
  const block = blocks[index];
  assert(block !== undefined, `block ${index} of ${blocks.length}`);
  return block;
}
