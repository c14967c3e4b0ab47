import { describe, expect, it } from 'vitest';
import { type Mutant, mutated, shuffled } from './mutants.js';
import { type Result, tally, verdict } from './report.js';

const place = { file: 'contracts/src/A.sol', scope: 'A.f', operator: 'boundary', line: 3 };

function aResult(fate: Result['fate'], n: number): Result {
  return { ...place, id: `m${n}`, before: `a < ${n}`, after: `a <= ${n}`, fate, by: 'T.test_F' };
}

function results(killed: number, survived: number): Result[] {
  return [
    ...Array.from({ length: killed }, (_, n) => aResult('killed', n)),
    ...Array.from({ length: survived }, (_, n) => aResult('survived', killed + n)),
  ];
}

function mutantOf({ id, file, scope, operator, line, before, after }: Result): Mutant {
  return { id, file, scope, operator, line, before, after, start: 0, end: 1, replacement: '' };
}

function equivalentTo({ file, scope, before, after }: Result) {
  return { file, scope, before, after, reason: 'a is never n' };
}

describe('tally', () => {
  it('counts neither what does not compile nor what is equivalent into the score', () => {
    const all = [...results(3, 2), aResult('not compiled', 9)];
    expect(tally(all, [equivalentTo(aResult('survived', 4))])).toEqual({
      killed: 3,
      survived: 1,
      equivalent: 1,
      notCompiled: 1,
      score: 0.75,
    });
  });
});

function judge(all: readonly Result[], equivalents: ReturnType<typeof equivalentTo>[] = []) {
  return verdict({ results: all, equivalents, mutants: all.map(mutantOf) });
}

describe('verdict', () => {
  it('accepts 95 of 100', () => {
    expect(judge(results(95, 5))).toEqual([]);
  });

  it('refuses less, and a run of nothing', () => {
    expect(judge(results(94, 6))).toEqual(['the score is 94.0 %, less than 95.0 %']);
    expect(judge([])).toEqual(['no mutant ran']);
  });

  it('refuses more than a tenth of equivalents', () => {
    const all = results(8, 2);
    expect(judge(all, all.slice(8).map(equivalentTo))).toEqual([
      '2 of 10 are called equivalent, more than 10.0 %',
    ]);
  });

  it('refuses an equivalent without a reason, one that is gone and one that a test kills', () => {
    const all = results(20, 1);
    const unexplained = { ...equivalentTo(aResult('survived', 20)), reason: ' ' };
    const gone = { ...equivalentTo(aResult('survived', 20)), after: 'gone' };
    expect(judge(all, [unexplained, gone, equivalentTo(aResult('killed', 0))])).toEqual([
      'contracts/mutation/equivalents.json: no reason for contracts/src/A.sol: a < 20',
      'contracts/mutation/equivalents.json: no such mutant any more in contracts/src/A.sol: gone',
      'contracts/mutation/equivalents.json: T.test_F tells it apart: contracts/src/A.sol: a <= 0',
    ]);
  });
});

describe('shuffled', () => {
  it('keeps the order of the others when one mutant goes', () => {
    const all = results(20, 0).map(mutantOf);
    const order = shuffled(all, '7').map(({ id }) => id);
    const without = shuffled(all.slice(1), '7').map(({ id }) => id);
    expect(without).toEqual(order.filter((id) => id !== 'm0'));
    expect(shuffled(all, '8').map(({ id }) => id)).not.toEqual(order);
  });
});

describe('mutated', () => {
  it('counts in bytes, as the compiler does', () => {
    const source = Buffer.from('// ünï\na < b');
    const edit = { operator: 'boundary', start: 11, end: 12, replacement: '<=' };
    expect(mutated(source, edit)).toBe('// ünï\na <= b');
  });
});
