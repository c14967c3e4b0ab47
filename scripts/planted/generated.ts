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
    {
      rule: 'the storage layouts are those of the sources',
      names: ['stale', 'contracts/storage/PositionBridge.json'],
    },
    {
      rule: 'every storage layout is of a contract',
      files: { 'contracts/storage/Planted.json': '{}\n' },
      names: ['stale', 'contracts/storage/Planted.json'],
    },
    {
      rule: 'the annex and the farms see the same storage',
      edits: {
        'contracts/src/spoke/farms/FarmsAnnex.sol': (text) =>
          text.replace(/\}\s*$/, '    uint256 private _planted;\n}\n'),
      },
      names: ['FarmsAnnex runs on the storage of Farms'],
    },
    {
      rule: 'every function has its roles, and every role, refusal and proof is real',
      edits: {
        'contracts/roles.json': (text) =>
          text
            .replace(/.*"function":"claim\(uint32\)".*\n/, '')
            .replace('"pauseDeposits(uint32)"', '"pauseDeposit(uint32)"')
            .replace('"roles":"receiver","refusal":"Farms_', '"roles":"king","refusal":"Farms_')
            .replace('"Controller_OnlySelf(address)"', '"Controller_OnlyItself(address)"')
            .replace('"proof":"test_', '"proof":"test_planted_'),
      },
      names: ['nobody says who may call Farms.claim(uint32)'],
    },
    { rule: 'a function exists', names: ['there is no function Farms.pauseDeposit(uint32)'] },
    { rule: 'a role exists', names: ['Farms.adjustStreams', 'names no role: "king"'] },
    { rule: 'a refusal exists', names: ['cannot be refused with Controller_OnlyItself(address)'] },
    { rule: 'a proof exists', names: ['names no test: test_planted_'] },
    { rule: 'the matrix of roles is up to date', names: ['stale', 'contracts/ROLES.md'] },
  ],
};
