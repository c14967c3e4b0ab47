import { describe, expect, it } from 'vitest';
import { judge } from './run-bugs.js';

const test = { contract: 'A.t.sol:A', name: 'invariant_X', isPassed: true, reason: '' };

describe('judge', () => {
  it('counts a bug as caught when a test fails', () => {
    const failed = { ...test, isPassed: false, reason: 'sum: 1 != 2' };
    expect(judge({ kind: 'ran', tests: [test, failed], seconds: 2 })).toEqual({
      isCaught: true,
      detail: 'invariant_X: sum: 1 != 2',
      seconds: 2,
    });
  });

  it('says how long the history was that caught the bug', () => {
    const failed = { ...test, isPassed: false, reason: 'sum: 1 != 2', failedAfter: 38 };
    expect(judge({ kind: 'ran', tests: [failed], seconds: 2 }).calls).toBe(38);
  });

  it('counts a bug as missed when every test passes', () => {
    expect(judge({ kind: 'ran', tests: [test], seconds: 2 })).toEqual({
      isCaught: false,
      detail: 'MISSED',
      seconds: 2,
    });
  });

  it('takes neither a failed compilation nor a failed set-up for a catch', () => {
    const output = 'Error: Compiler run failed:\nError (7858): Expected pragma\n --> x.sol';
    expect(judge({ kind: 'not compiled', output })).toEqual({
      isCaught: false,
      detail: 'does not compile: Error (7858): Expected pragma',
      seconds: 0,
    });
    const unset = { ...test, name: 'setUp', isPassed: false, reason: 'panic' };
    expect(judge({ kind: 'ran', tests: [unset], seconds: 1 }).detail).toBe(
      'cannot be set up: panic',
    );
  });
});
