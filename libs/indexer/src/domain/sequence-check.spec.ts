import { RetryableError } from '#kernel';
import { describe, expect, it } from 'vitest';
import { followSequences, MissingLog } from './sequence-check.js';

const A = '0xaa';
const B = '0xbb';

describe('followSequences', () => {
  it('counts each contract from its last number, or from 1', () => {
    const events = [
      { contract: A, seq: 8n },
      { contract: B, seq: 1n },
      { contract: A, seq: 9n },
    ] as const;
    expect(followSequences(new Map([[A, 7n]]), events)).toEqual(
      new Map([
        [A, 9n],
        [B, 1n],
      ]),
    );
  });

  it('names the first event that is missing', () => {
    const events = [
      { contract: A, seq: 1n },
      { contract: A, seq: 4n },
    ] as const;
    expect(() => followSequences(new Map(), events)).toThrow(new MissingLog(A, 2n));
  });

  it('refuses a number that comes twice', () => {
    const again = [{ contract: A, seq: 7n }] as const;
    expect(() => followSequences(new Map([[A, 7n]]), again)).toThrow(RetryableError);
  });

  it('knows nothing new without events', () => {
    expect(followSequences(new Map([[A, 7n]]), [])).toEqual(new Map());
  });
});
