import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Hex, toHex } from '#kernel';
import type { BlockRef } from './chain-log.js';
import { agreedBlock, majorityOf, quorumHeight } from './quorum.js';

const hashOf = (fork: number, number: number): Hex =>
  toHex(`0x${fork.toString(16).padStart(2, '0')}${number.toString(16).padStart(62, '0')}`);

const blockOf = (fork: number, number: number): BlockRef => ({
  number,
  hash: hashOf(fork, number),
  parentHash: hashOf(fork, number - 1),
  timestamp: number * 12,
});

/** Endpoints, honest ones a majority of them, each with the height it has reached. */
const endpoints = fc.integer({ min: 1, max: 9 }).chain((count) =>
  fc.record({
    honest: fc.array(fc.integer({ min: 1, max: 500 }), {
      minLength: majorityOf(count),
      maxLength: majorityOf(count),
    }),
    lying: fc.array(fc.integer({ min: 0, max: 1_000_000 }), {
      minLength: count - majorityOf(count),
      maxLength: count - majorityOf(count),
    }),
  }),
);

describe('quorum height', () => {
  it('is a height that a quorum reaches, and the highest such', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1 }),
        fc.nat(),
        (heights, pick) => {
          const quorum = 1 + (pick % heights.length);
          const height = quorumHeight(heights, quorum) ?? Number.NaN;
          const reaching = (number: number) => heights.filter((one) => one >= number).length;
          expect(reaching(height)).toBeGreaterThanOrEqual(quorum);
          expect(reaching(height + 1)).toBeLessThan(quorum);
        },
      ),
    );
  });

  it('is never above what an honest endpoint reaches, whatever a minority says', () => {
    fc.assert(
      fc.property(endpoints, ({ honest, lying }) => {
        const height = quorumHeight(
          [...lying, ...honest],
          majorityOf(honest.length + lying.length),
        );
        expect(height).toBeLessThanOrEqual(Math.max(...honest));
        expect(height).toBeGreaterThanOrEqual(Math.min(...honest));
      }),
    );
  });

  it('is unknown while fewer than a quorum answer', () => {
    expect(quorumHeight([7], 2)).toBeUndefined();
    expect(quorumHeight([], 1)).toBeUndefined();
  });
});

describe('agreed block', () => {
  it('is what a quorum shows, whoever else shows something and in whatever order', () => {
    fc.assert(
      fc.property(
        endpoints,
        fc.integer({ min: 0, max: 3 }),
        fc.infiniteStream(fc.nat()),
        (ends, forks, order) => {
          const quorum = majorityOf(ends.honest.length + ends.lying.length);
          const answers = [
            ...ends.honest.map((_, index) => ({ node: `honest ${index}`, block: blockOf(0, 9) })),
            ...ends.lying.map((_, index) => ({
              node: `lying ${index}`,
              block: forks === 0 ? undefined : blockOf(1 + (index % forks), 9),
            })),
          ].toSorted(() => (order.next().value % 2 === 0 ? 1 : -1));
          const agreed = agreedBlock(answers, quorum);
          expect(agreed?.block).toEqual(blockOf(0, 9));
          expect(agreed?.supporters).toHaveLength(ends.honest.length);
          expect(agreed?.dissenters).toHaveLength(forks === 0 ? 0 : ends.lying.length);
        },
      ),
    );
  });

  it('is none when a quorum is one short, however many others are silent', () => {
    const answers = [
      { node: 'a', block: blockOf(0, 9) },
      { node: 'b', block: blockOf(1, 9) },
      { node: 'c', block: undefined },
    ];
    expect(agreedBlock(answers, 2)).toBeUndefined();
  });

  it('takes a right hash with another time for another block', () => {
    const answers = [
      { node: 'a', block: blockOf(0, 9) },
      { node: 'b', block: { ...blockOf(0, 9), timestamp: 1 } },
    ];
    expect(agreedBlock(answers, 2)).toBeUndefined();
    expect(agreedBlock(answers, 1)?.dissenters).toEqual([
      { node: 'b', block: { ...blockOf(0, 9), timestamp: 1 } },
    ]);
  });
});

it('takes more than half for a majority', () => {
  expect([1, 2, 3, 4, 5].map(majorityOf)).toEqual([1, 2, 2, 3, 3]);
});
