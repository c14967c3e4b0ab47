import { describe, expect, it } from 'vitest';
import { deadTags, problemsOf, tableOf } from './properties.js';
import type { Tag } from './tags.js';

function tag(name: string, ...ids: readonly string[]): Tag {
  return { path: 'contracts/test/unit/A.t.sol', line: 3, ids, name };
}

describe('problemsOf', () => {
  it('finds nothing where every property has a test', () => {
    const properties = [
      { id: 'F-01', text: 'Sums.' },
      { id: 'M-01', text: 'Roots.', absent: 'none' },
    ];
    expect(problemsOf(properties, [tag('test_A', 'F-01')])).toEqual([]);
  });

  it('names what has no test, is there twice, is unknown or does not apply', () => {
    const properties = [
      { id: 'F-01', text: 'Sums.' },
      { id: 'F-01', text: 'Sums.' },
      { id: 'Z-01', text: 'What?' },
      { id: 'M-01', text: 'Roots.', absent: 'none' },
    ];
    const tags = [tag('test_A', 'F-09'), tag('test_B', 'M-01'), tag('test_C', 'Z-01')];
    expect(problemsOf(properties, tags)).toEqual([
      'contracts/properties.json: F-01 is there twice',
      'contracts/properties.json: Z-01 belongs to no series',
      'contracts/properties.json: no test proves F-01: Sums.',
      'contracts/properties.json: no test proves F-01: Sums.',
      'contracts/test/unit/A.t.sol:3: there is no property F-09',
      'contracts/test/unit/A.t.sol:3: M-01 does not apply here: none',
    ]);
  });
});

describe('deadTags', () => {
  it('are those of helpers that nobody calls', () => {
    const sources = new Map([['A', 'function _a() private {\nfunction _b() private {\n_b();']]);
    expect(
      deadTags([tag('_a', 'F-01'), tag('_b', 'F-01'), tag('test_A', 'F-01')], sources),
    ).toEqual(['contracts/test/unit/A.t.sol:3: nobody calls _a']);
  });
});

describe('tableOf', () => {
  it('lists the tests of a property by file, each once', () => {
    const other = { ...tag('test_C', 'F-01'), path: 'libs/x/src/a.spec.ts' };
    const table = tableOf(
      [
        { id: 'F-01', text: 'Sums.' },
        { id: 'F-20', text: 'Ranges.', absent: 'no ranges' },
      ],
      [tag('test_A', 'F-01'), tag('test_B', 'F-01'), tag('test_A', 'F-01'), other],
    );
    expect(table.split('\n').filter((line) => line.startsWith('| F'))).toEqual([
      '| F-01 | Sums. | [A](test/unit/A.t.sol): `test_A`, `test_B`<br>[a.spec.ts](../libs/x/src/a.spec.ts): `test_C` |',
      '| F-20 | Ranges. | none: no ranges |',
    ]);
  });
});
