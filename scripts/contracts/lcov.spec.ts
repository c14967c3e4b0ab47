import { describe, expect, it } from 'vitest';
import { readLcov, sharesOf } from './lcov.js';

const report = [
  'TN:',
  'SF:contracts/src/A.sol',
  'DA:7,3',
  'DA:9,0',
  'FN:7,A.f',
  'BRDA:8,0,0,2',
  'BRDA:8,0,1,0',
  'BRDA:9,1,0,-',
  'LF:2',
  'end_of_record',
  'SF:contracts/src/B.sol',
  'DA:5,1',
  'DA:6,1',
  'end_of_record',
  '',
].join('\n');

describe('readLcov', () => {
  it('lists what was missed by line', () => {
    expect(readLcov(report)).toEqual([
      {
        file: 'contracts/src/A.sol',
        lineCount: 2,
        branchCount: 3,
        missedLines: [9],
        missedBranches: [8, 9],
      },
      {
        file: 'contracts/src/B.sol',
        lineCount: 2,
        branchCount: 0,
        missedLines: [],
        missedBranches: [],
      },
    ]);
  });
});

describe('sharesOf', () => {
  it('weighs every line alike, whatever file it is in', () => {
    const shares = sharesOf(readLcov(report));
    expect(shares.lines).toBeCloseTo(3 / 4);
    expect(shares.branches).toBeCloseTo(1 / 3);
  });

  it('has reached all of nothing', () => {
    expect(sharesOf([])).toEqual({ lines: 1, branches: 1 });
  });
});
