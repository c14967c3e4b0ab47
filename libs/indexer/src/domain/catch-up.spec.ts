import { expect, it } from 'vitest';
import { CatchUp } from './catch-up.js';

it('says how fast the index grows and how long it takes to the head', () => {
  const catchUp = new CatchUp();
  expect(catchUp.advanced({ blocks: 500, seconds: 1, remainingBlocks: 5_000 })).toEqual({
    remainingBlocks: 5_000,
    blocksPerSecond: 500,
    etaSeconds: 10,
  });
  expect(catchUp.advanced({ blocks: 1_000, seconds: 1, remainingBlocks: 4_000 })).toEqual({
    remainingBlocks: 4_000,
    blocksPerSecond: 650,
    etaSeconds: 7,
  });
});

it('says nothing while the index keeps up, and starts anew when it falls behind again', () => {
  const catchUp = new CatchUp();
  catchUp.advanced({ blocks: 500, seconds: 1, remainingBlocks: 5_000 });
  expect(catchUp.advanced({ blocks: 1, seconds: 1, remainingBlocks: 199 })).toBeUndefined();
  const again = catchUp.advanced({ blocks: 10, seconds: 1, remainingBlocks: 1_000 });
  expect(again?.blocksPerSecond).toBe(10);
});

it('stands no division by a round that took no time or brought no block', () => {
  const catchUp = new CatchUp();
  const still = catchUp.advanced({ blocks: 0, seconds: 0, remainingBlocks: 1_000 });
  expect(still).toEqual({ remainingBlocks: 1_000, blocksPerSecond: 0, etaSeconds: 1_000_000 });
});
