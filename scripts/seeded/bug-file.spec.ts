import { describe, expect, it } from 'vitest';
import { planted, problemsOf } from './bug-file.js';

const bug = {
  name: 'a stake that is not counted',
  why: 'whoever stakes cannot withdraw',
  file: 'contracts/src/A.sol',
  find: 'total += amount;',
  replace: '',
};
const file = { suite: 'farm', test: 'contracts/test/invariant/Farm', bugs: [bug] };
const sourceOf = (path: string): string | undefined =>
  path === bug.file ? 'total += amount; last = now; last = now;' : undefined;

describe('problemsOf', () => {
  it('finds none in a bug that stands once in its source', () => {
    expect(problemsOf(file, sourceOf)).toEqual([]);
  });

  it('refuses a text that stands there twice or never', () => {
    const twice = { ...bug, find: 'last = now;' };
    const never = { ...bug, name: 'never', find: 'gone' };
    expect(problemsOf({ ...file, bugs: [twice, never] }, sourceOf)).toEqual([
      'bug "a stake that is not counted": find stands 2 times in contracts/src/A.sol, expected once',
      'bug "never": find stands 0 times in contracts/src/A.sol, expected once',
    ]);
  });

  it('names every missing and every unknown key', () => {
    const { why: _why, ...rest } = bug;
    expect(problemsOf({ ...file, extra: 1, bugs: [{ ...rest, line: 3 }] }, sourceOf)).toEqual([
      'knows no "extra"',
      'bug "a stake that is not counted": has no why',
      'bug "a stake that is not counted": knows no "line"',
    ]);
  });

  it('refuses a bug that changes nothing, one outside of the sources and two of one name', () => {
    const bugs = [
      { ...bug, replace: bug.find },
      { ...bug, file: 'contracts/test/A.sol' },
    ];
    expect(problemsOf({ ...file, bugs }, sourceOf)).toEqual([
      'has two bugs named "a stake that is not counted"',
      'bug "a stake that is not counted": changes nothing',
      'bug "a stake that is not counted": contracts/test/A.sol is no source below contracts/src/',
    ]);
  });

  it('refuses what is no file of bugs at all', () => {
    expect(problemsOf([], sourceOf)).toEqual(['is no object']);
    expect(problemsOf({ suite: 'farm', test: 'x' }, sourceOf)).toEqual(['has no list of bugs']);
  });
});

describe('planted', () => {
  it('takes the replacement literally', () => {
    expect(planted({ ...bug, replace: 'a$& = $1;' }, 'x; total += amount; y;')).toBe(
      'x; a$& = $1; y;',
    );
  });
});
