import type { BlockRef } from '#chain';
import type { Hex } from '#kernel';

/**
 * The headers up to the first that does not follow from the one before it: there the node switched
 * to another fork while it was being read.
 */
export function continuousBlocks(
  parent: { readonly number: number; readonly hash: Hex },
  headers: readonly (BlockRef | undefined)[],
): readonly BlockRef[] {
  const continuous: BlockRef[] = [];
  let { number, hash } = parent;
  for (const header of headers) {
    if (header?.parentHash !== hash || header.number !== number + 1) break;
    continuous.push(header);
    ({ number, hash } = header);
  }
  return continuous;
}
