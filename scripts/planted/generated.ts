import { type Plot, SETTINGS, word } from './plant.js';

const tag = word('@custom:', 'property');

/** A test function under a tag. */
function test(ids: string): string {
  return `// SPDX-License-Identifier: MIT\n\n    /// ${tag} ${ids}\n    function test_Planted() external {}\n`;
}

export const generated: Plot = {
  command: 'gen:check',
  argv: ['npm', 'run', '--silent', 'gen:check'],
  copies: [
    ...SETTINGS,
    'package-lock.json',
    'foundry.toml',
    'scripts',
    'apps',
    'libs',
    'test',
    'contracts',
  ],
  plants: [
    {
      rule: 'gen leaves the tree clean (edited file)',
      edits: { 'libs/abi/src/generated/farms-abi.ts': (text) => `${text}\n` },
      names: ['stale', 'farms-abi.ts'],
    },
    {
      rule: 'gen leaves the tree clean (file too many)',
      files: { 'libs/abi/src/generated/planted-abi.ts': 'export const x = 1;\n' },
      names: ['stale', 'planted-abi.ts'],
    },
    {
      rule: 'the ABIs are those of the sources, built or not',
      edits: {
        'contracts/src/spoke/PositionBridge.sol': (text) =>
          text.replace(/\}\s*$/, '    uint256 public planted;\n}\n'),
      },
      names: ['stale', 'position-bridge-abi.ts'],
    },
    {
      rule: 'every property has a test',
      edits: {
        'contracts/properties.json': (text) =>
          text.replace('[\n', '[\n  {"id": "F-90", "text": "Nothing proves this."},\n'),
      },
      names: ['contracts/properties.json', 'no test proves F-90'],
    },
    {
      rule: 'every property is of a series, and there once',
      edits: {
        'contracts/properties.json': (text) =>
          text.replace(
            '[\n',
            '[\n  {"id": "Y-1", "text": "What?"},\n  {"id": "B-01", "text": "Twice."},\n',
          ),
      },
      names: ['Y-1 belongs to no series'],
    },
    { rule: 'a property is there once', names: ['B-01 is there twice'] },
    {
      rule: 'a tag names a property',
      files: { 'contracts/test/unit/PlantedUnknown.t.sol': test('F-91') },
      names: ['PlantedUnknown.t.sol:3', 'there is no property F-91'],
    },
    {
      rule: 'what does not apply has no test',
      files: { 'contracts/test/unit/PlantedAbsent.t.sol': test('F-20') },
      names: ['PlantedAbsent.t.sol:3', 'F-20 does not apply here'],
    },
    {
      rule: 'a tag is a list of ids',
      files: { 'contracts/test/unit/PlantedProse.t.sol': test('F-01 holds here') },
      names: ['PlantedProse.t.sol:3', 'is no list of ids'],
    },
    {
      rule: 'a tag stands above a test',
      files: {
        'libs/planted/src/lone.spec.ts': `/** ${word('@prop', 'erty')} I9 */\nconst x = 1;\n`,
      },
      names: ['libs/planted/src/lone.spec.ts:1', 'stands above no test'],
    },
    {
      rule: 'a tagged helper is called',
      files: {
        'contracts/test/unit/PlantedHelper.t.sol': `/// ${tag} F-01\nfunction _planted() pure {}\n`,
      },
      names: ['PlantedHelper.t.sol:1', 'nobody calls _planted'],
    },
    {
      rule: 'the table of properties is up to date',
      edits: { 'contracts/PROPERTIES.md': (text) => `${text}\n` },
      names: ['stale', 'contracts/PROPERTIES.md'],
    },
  ],
};
