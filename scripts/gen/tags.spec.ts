import { describe, expect, it } from 'vitest';
import { solidityTags, typescriptTags } from './tags.js';

function solidity(...lines: readonly string[]): ReturnType<typeof solidityTags> {
  return solidityTags('A.t.sol', lines.join('\n'));
}

function typescript(...lines: readonly string[]): ReturnType<typeof typescriptTags> {
  return typescriptTags('a.spec.ts', lines.join('\n'));
}

describe('solidityTags', () => {
  it('belong to the function below the comment', () => {
    expect(
      solidity(
        '    /// @dev Why.',
        '    /// @custom:property F-01, E2',
        '    /// forge-config: default.fuzz.runs = 512',
        '    function test_A() external {',
      ),
    ).toEqual({
      tags: [{ path: 'A.t.sol', line: 2, ids: ['F-01', 'E2'], name: 'test_A' }],
      problems: [],
    });
  });

  it('go on in the next lines, and may stand above a contract', () => {
    expect(
      solidity(
        '/**',
        ' * @custom:property F-01,',
        ' * F-02',
        ' * @dev F-03 is elsewhere.',
        ' */',
        'abstract contract Handler is Effects {',
      ),
    ).toEqual({
      tags: [{ path: 'A.t.sol', line: 2, ids: ['F-01', 'F-02'], name: 'Handler' }],
      problems: [],
    });
  });

  it('are refused without ids, with words between them, and above nothing', () => {
    expect(
      solidity(
        '/// @custom:property',
        'function a() external {',
        '/// @custom:property F-01 and F-02',
        'function b() external {',
        '/// @custom:property F-01',
        'uint256 c;',
      ),
    ).toEqual({
      tags: [],
      problems: [
        'A.t.sol:1: "" is no list of ids',
        'A.t.sol:3: "F-01 and F-02" is no list of ids',
        'A.t.sol:5: the tag stands above no test',
      ],
    });
  });
});

describe('typescriptTags', () => {
  it('belong to the test or the group below the comment', () => {
    expect(
      typescript(
        '/** @property I9 */',
        "describe('a ledger', () => {",
        '  // @property E26',
        '  it(',
        '    \'counts once, "whatever" happens\',',
        '  /** @property E27, E28 */',
        '  it.each([',
        "    ['x', (y)],",
        "  ])('says %s', () => {",
      ).tags.map(({ ids, name }) => [ids, name]),
    ).toEqual([
      [['I9'], 'a ledger'],
      [['E26'], 'counts once, "whatever" happens'],
      [['E27', 'E28'], 'says %s'],
    ]);
  });

  it('are refused above anything else', () => {
    expect(typescript('/** @property I9 */', 'const x = 1;').problems).toEqual([
      'a.spec.ts:1: the tag stands above no test',
    ]);
  });
});
