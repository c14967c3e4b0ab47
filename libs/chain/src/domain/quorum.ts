import type { BlockRef } from './chain-log.js';

/** What one endpoint showed when it was asked for a block; undefined: it has none of that height. */
export interface Shown<Node> {
  readonly node: Node;
  readonly block: BlockRef | undefined;
}

/** A block that enough endpoints showed, who they are, and who showed another one. */
export interface Agreed<Node> {
  readonly block: BlockRef;
  readonly supporters: readonly Node[];
  readonly dissenters: readonly { readonly node: Node; readonly block: BlockRef }[];
}

/** Smallest number of `endpoints` that is more than half of them. */
export function majorityOf(endpoints: number): number {
  return Math.floor(endpoints / 2) + 1;
}

/**
 * Highest number that `quorum` of the heights reach; undefined when there are fewer of them. So
 * fewer than `quorum` endpoints can neither raise it above what an honest one reaches, nor lower it
 * below what `quorum` honest ones reach.
 */
export function quorumHeight(heights: readonly number[], quorum: number): number | undefined {
  return heights.toSorted((a, b) => b - a)[quorum - 1];
}

/**
 * The block that at least `quorum` endpoints show in every field, or undefined when none is. With a
 * quorum of more than half there is never a second one.
 */
export function agreedBlock<Node>(
  answers: readonly Shown<Node>[],
  quorum: number,
): Agreed<Node> | undefined {
  const groups = new Map<string, { readonly block: BlockRef; readonly supporters: Node[] }>();
  for (const { node, block } of answers) {
    if (block === undefined) continue;
    const group = groups.get(identityOf(block)) ?? { block, supporters: [] };
    group.supporters.push(node);
    groups.set(identityOf(block), group);
  }
  const winner = [...groups.values()].find(({ supporters }) => supporters.length >= quorum);
  if (winner === undefined) return undefined;
  const dissenters = answers.flatMap(({ node, block }) =>
    block === undefined || winner.supporters.includes(node) ? [] : [{ node, block }],
  );
  return { ...winner, dissenters };
}

/** A right hash with a wrong time would be believed by whoever looked at the hash alone. */
function identityOf({ number, hash, parentHash, timestamp }: BlockRef): string {
  return `${number} ${hash} ${parentHash} ${timestamp}`;
}
