import { describe, expect, it } from 'vitest';
import { faultsIn, rowsOf } from './faults.js';

describe('faultsIn', () => {
  it('finds the ids that titles of tests begin with', () => {
    const source = `
      it('D1: loses nothing', () => {});
      it(
        \`D2: loses nothing\${why}\`, () => {});
      describe('C1: all points', () => {});
      it('compares D5: no fault', () => {});`;
    expect(faultsIn(source)).toEqual(['D1', 'D2', 'C1']);
  });
});

const named = (title: string, status: string, message?: string) => ({
  title,
  fullName: `faults ${title}`,
  status,
  failureMessages: message === undefined ? [] : [message],
});

describe('rowsOf', () => {
  it('lets a fault hold only when all its tests do, and says why one was skipped', () => {
    const rows = rowsOf(
      [
        named('D10: ten', 'passed'),
        named('D1: one', 'passed'),
        named('D1: another', 'passed'),
        named('C3: clocks (skipped: no libfaketime)', 'skipped'),
        named('C2: two', 'passed'),
        named('C2: three', 'failed', 'expected 1\nto be 2'),
        named('something else', 'failed'),
      ],
      undefined,
    );
    expect(rows).toEqual([
      { id: 'C2', outcome: 'failed', reason: 'C2: three: expected 1' },
      { id: 'C3', outcome: 'skipped', reason: 'clocks (skipped: no libfaketime)' },
      { id: 'D1', outcome: 'held', reason: 'one (and 1 more)' },
      { id: 'D10', outcome: 'held', reason: 'ten' },
    ]);
    expect(rowsOf([named('D1: one', 'passed')], ['D2'])).toEqual([]);
  });
});
