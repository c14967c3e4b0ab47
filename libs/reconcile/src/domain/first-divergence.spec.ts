import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Agreement, firstDivergence } from './first-divergence.js';

const BLOCKS = [10, 20, 30, 40, 50, 60, 70];

/** A node that keeps states from `kept` on, of a chain that rows part from at `parted`. */
function aNode(options: { readonly parted: number; readonly kept: number }) {
  const looks: number[] = [];
  const look = (block: number): Promise<Agreement> => {
    looks.push(block);
    if (block < options.kept) return Promise.resolve('unknown');
    return Promise.resolve(block >= options.parted ? 'differs' : 'agrees');
  };
  return { looks, look };
}

describe('firstDivergence', () => {
  it('names the block at which rows and chain part, in few looks', async () => {
    const { look, looks } = aNode({ parted: 40, kept: 0 });
    expect(await firstDivergence(BLOCKS, look)).toEqual({
      agreedAt: 30,
      differedAt: 40,
      isExact: true,
    });
    expect(looks.length).toBeLessThanOrEqual(3);
  });

  it('takes the time before the first block for equal', async () => {
    const { look } = aNode({ parted: 5, kept: 0 });
    expect(await firstDivergence(BLOCKS, look)).toEqual({
      agreedAt: undefined,
      differedAt: 10,
      isExact: true,
    });
  });

  it('says that only the end differs when every block agrees', async () => {
    const { look } = aNode({ parted: 1_000, kept: 0 });
    expect(await firstDivergence(BLOCKS, look)).toEqual({
      agreedAt: 70,
      differedAt: undefined,
      isExact: true,
    });
    expect(await firstDivergence([], look)).toEqual({
      agreedAt: undefined,
      differedAt: undefined,
      isExact: true,
    });
  });

  it('gives the narrowest window where the node keeps no older state', async () => {
    const { look } = aNode({ parted: 20, kept: 45 });
    expect(await firstDivergence(BLOCKS, look)).toEqual({
      agreedAt: undefined,
      differedAt: 50,
      isExact: false,
    });
  });

  it('finds what a look at every block finds', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 0, max: 99 }), { maxLength: 40 }),
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 0, max: 100 }),
        async (unsorted, parted, kept) => {
          const blocks = unsorted.toSorted((a, b) => a - b);
          const { look } = aNode({ parted, kept });
          const seen = blocks.filter((block) => block >= kept);
          const agreed = seen.filter((block) => block < parted);
          const lost = blocks.filter((block) => block < kept);
          expect(await firstDivergence(blocks, look)).toEqual({
            agreedAt: agreed.at(-1),
            differedAt: seen.find((block) => block >= parted),
            isExact: agreed.length > 0 || lost.length === 0,
          });
        },
      ),
    );
  });
});
