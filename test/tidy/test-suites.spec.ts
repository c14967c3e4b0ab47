import { describe, expect, it } from 'vitest';
import { forgeTotals, totalsComplaints } from '../../scripts/test-suites.js';

describe('forgeTotals', () => {
  it('reads the summary of the whole run, not that of one contract', () => {
    const output = [
      'Suite result: ok. 3 passed; 0 failed; 0 skipped; finished in 1.00ms (1.00ms CPU time)',
      'Ran 2 test suites in 5.00ms (2.00ms CPU time): 41 tests passed, 2 failed, 1 skipped (44 total tests)',
    ].join('\n');
    expect(forgeTotals(output)).toEqual({ passed: 41, failed: 2, skipped: 1 });
  });

  it('counts nothing when there is no summary', () => {
    expect(forgeTotals('Error: compilation failed')).toEqual({ passed: 0, failed: 0, skipped: 0 });
  });
});

describe('totalsComplaints', () => {
  const green = { passed: 3, failed: 0, skipped: 0 };

  it('accepts tests that ran and passed', () => {
    expect(totalsComplaints(green, 0)).toEqual([]);
  });

  it('accepts that a failing run says so', () => {
    expect(totalsComplaints({ ...green, failed: 1 }, 1)).toEqual([]);
  });

  it('refuses a run without tests', () => {
    expect(totalsComplaints({ passed: 0, failed: 0, skipped: 0 }, 0)).toEqual(['no test ran']);
  });

  it('refuses skipped tests', () => {
    expect(totalsComplaints({ ...green, skipped: 2 }, 0)).toEqual(['2 tests were skipped']);
  });

  it('refuses an exit code that contradicts the totals', () => {
    expect(totalsComplaints(green, 1)).toEqual(['ended with 1 though no test failed']);
    expect(totalsComplaints({ ...green, failed: 1 }, 0)).toEqual([
      'ended with 0 though tests failed',
    ]);
  });
});
