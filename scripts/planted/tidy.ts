import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../run-command.js';
import { type Plant, type Plot, SETTINGS, word } from './plant.js';

const planted = 'libs/planted/src';
/** Specs of this folder that test scripts and not the repository. */
const NOT_A_RULE = new Set(['canary.spec.ts', 'test-suites.spec.ts']);

/** `rule` is the sentence of the spec; the finding is printed in its failure. */
const sourcePlants: readonly Plant[] = [
  {
    rule: 'are short enough to read in one sitting',
    files: { [`${planted}/long.ts`]: 'export {};\n'.repeat(401) },
    names: [`${planted}/long.ts: 401 lines`],
  },
  {
    rule: 'have kebab-case names with a known role suffix',
    files: { [`${planted}/wrongName.ts`]: 'export {};\n' },
    names: [`${planted}/wrongName.ts`],
  },
  {
    rule: 'have names that say what is inside',
    files: { [`${planted}/utils.ts`]: 'export {};\n' },
    names: [`${planted}/utils.ts`],
  },
  {
    rule: 'tie every open task to an issue',
    files: { [`${planted}/later.ts`]: `// ${word('TO', 'DO')}: later\n` },
    names: [`${planted}/later.ts:1`],
  },
  {
    rule: 'end a contract test where a deployment is refused',
    files: {
      'contracts/test/unit/Refused.t.sol': `vm.${word('expect', 'Revert')}();\nnew Farms(1);\nf();\n`,
    },
    names: ['contracts/test/unit/Refused.t.sol'],
  },
  {
    rule: 'leave the environment to the config library',
    files: { [`${planted}/reads.ts`]: "export const x = process.env['HOME'];\n" },
    names: [`${planted}/reads.ts:1`],
  },
  {
    rule: 'use unions of literals instead of enums',
    files: { [`${planted}/enumerates.ts`]: 'export enum A {\n  B,\n}\n' },
    names: [`${planted}/enumerates.ts:1`],
  },
  {
    rule: 'never ask which chain they run on',
    files: { [`${planted}/asks.ts`]: 'export const f = (chainId: number) => chainId === 1;\n' },
    names: [`${planted}/asks.ts:1`],
  },
  {
    rule: 'reach other libraries by name and never by path',
    files: {
      [`${planted}/reaches.ts`]: `export * ${word('fr', 'om')} '../../../libs/kernel/src/index.js';\n`,
    },
    names: [`${planted}/reaches.ts:1`],
  },
  {
    rule: 'mock no modules, so that unit tests can share one worker',
    files: { [`${planted}/mocks.spec.ts`]: `${word('vi.', 'mock(')}'./x.js');\n` },
    names: [`${planted}/mocks.spec.ts:1`],
  },
  {
    rule: 'all run',
    files: { [`${planted}/skips.spec.ts`]: `${word('it.', 'skip(')}'x', () => undefined);\n` },
    names: [`${planted}/skips.spec.ts:1`],
  },
  {
    rule: 'claim something',
    files: { [`${planted}/empty.spec.ts`]: `${word('expect(', 'true)')}.toBe(true);\n` },
    names: [`${planted}/empty.spec.ts:1`],
  },
];

const repositoryPlants: readonly Plant[] = [
  {
    rule: 'has a README that can be read in one sitting',
    edits: { 'README.md': (text) => `${text}${'More.\n'.repeat(151)}` },
    names: ['to be less than or equal to 150'],
  },
  {
    rule: 'names no place on somebody’s machine',
    files: { 'docs/place.md': `${word('/ho', 'me/')}someone/headwater\n` },
    names: ['docs/place.md:1'],
  },
  {
    rule: 'speaks of Headwater and not of the tools it was written with',
    files: { 'docs/signed.md': `${word('Co-authored', '-by')}: someone\n` },
    names: ['docs/signed.md:1'],
  },
  {
    rule: 'starts Foundry through scripts/foundry.ts, whose exit code can be trusted',
    files: { 'scripts/launches.ts': `// ${word('np', 'x forge')} test\n` },
    names: ['scripts/launches.ts:1'],
  },
  {
    rule: 'marks every generated file as such',
    files: { 'libs/abi/src/generated/unmarked.ts': 'export {};\n' },
    names: ['libs/abi/src/generated/unmarked.ts'],
  },
  {
    rule: 'offers every library under its own name',
    files: { 'libs/nameless/src/index.ts': 'export {};\n' },
    names: ['nameless'],
  },
  {
    rule: 'are pinned exactly',
    edits: { 'package.json': (text) => text.replace('"pino": "', '"pino": "^') },
    names: ['^10'],
  },
  {
    rule: 'have a checksum and name no other registry than the public one',
    edits: {
      'package-lock.json': (text) =>
        text.replace(
          /("node_modules\/pino": \{\n\s+"version": "[^"]+",\n)\s+"integrity": "[^"]+",\n/,
          '$1',
        ),
    },
    names: ['node_modules/pino'],
  },
  {
    rule: 'are locked at the version the manifest asks for',
    edits: { 'package.json': (text) => text.replace(/"knip": "[^"]+"/, '"knip": "0.0.7"') },
    names: ['0.0.7'],
  },
  {
    rule: 'that no TypeScript imports are named where they are used',
    edits: {
      'knip.json': (text) =>
        text.replace(
          '"ignoreDependencies": [',
          `"ignoreDependencies": ["${word('stray-', 'package')}",`,
        ),
    },
    names: [word('stray-', 'package')],
  },
  {
    rule: 'lists exactly the applications Nest builds',
    edits: { 'nest-cli.json': (text) => text.replace('"worker": {', '"labourer": {') },
    names: ['labourer'],
  },
  {
    rule: 'has one layer for every library',
    edits: {
      '.dependency-cruiser.cjs': (text) => text.replace("['kernel'],", "['kernel', 'attic'],"),
    },
    names: ['#attic'],
  },
  {
    rule: 'has a file behind every script it offers',
    edits: {
      'package.json': (text) =>
        text.replace('"scripts": {', '"scripts": {"ghost": "tsx scripts/ghost.ts",'),
    },
    names: ['scripts/ghost.ts'],
  },
  {
    rule: 'of every direct dependency are permissive or explained in docs/LICENCES.md',
    edits: {
      'docs/LICENCES.md': (text) =>
        text.replace('| `@uniswap/v2-core` | `GPL-3.0-or-later`', '| `@uniswap/v2-core` | `MIT`'),
    },
    names: ['GPL-3.0-or-later'],
  },
  {
    rule: 'of Headwater itself is MIT',
    edits: { LICENSE: (text) => text.replace('MIT License', 'Some License') },
    names: ['Some License'],
  },
];

function compose(rule: string, edit: (text: string) => string, name: string): Plant {
  return { rule, edits: { 'docker-compose.yml': edit }, names: [name] };
}

const composePlants: readonly Plant[] = [
  compose(
    'runs Postgres, the API and the worker',
    (text) =>
      text.replace(
        '\nvolumes:\n',
        '\n  extra:\n    <<: *service\n    environment:\n      A: b\n\nvolumes:\n',
      ),
    'extra',
  ),
  compose(
    'runs postgres without privileges',
    (text) => text.replace('    user: postgres', '    user: root'),
    'root',
  ),
  compose(
    'runs api without privileges',
    (text) => text.replace('cap_drop: [ALL]', 'cap_drop: []'),
    'ALL',
  ),
  compose(
    'runs worker without privileges',
    (text) => text.replace('read_only: true', 'read_only: false'),
    'false',
  ),
  compose(
    'gives the API and the worker the same image, database and deployment',
    (text) =>
      text.replace("      PORT: '3000'\n", "      PORT: '3000'\n      LOG_LEVEL: planted\n"),
    'planted',
  ),
  compose(
    'waits for a healthy database',
    (text) => text.replace('service_healthy', 'service_started'),
    'service_started',
  ),
  compose(
    'publishes the API on this machine only, and nothing else',
    (text) => text.replace("'127.0.0.1:3000:3000'", "'3000:3000'"),
    '127.0.0.1:3000:3000',
  ),
  compose(
    'gives the key to the worker alone and has a default for no secret',
    (text) => text.replace('{HEADWATER_OPERATOR_KEY:?set it}', '{HEADWATER_OPERATOR_KEY:-0x01}'),
    'HEADWATER_OPERATOR_KEY:-0x01',
  ),
  compose(
    'pins the database to an exact release',
    (text) => text.replace(/postgres:\d+\.\d+[^\n]*/, 'postgres:latest'),
    'postgres:latest',
  ),
];

/** Sentences of the tidy specs; those run once a service have theirs spelled out above. */
function sentences(): string[] {
  const folder = join(ROOT, 'test/tidy');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.spec.ts') && !NOT_A_RULE.has(name))
    .flatMap((name) => [
      ...readFileSync(join(folder, name), 'utf8').matchAll(/^\s*it\(\s*'([^']+)'/gm),
    ])
    .map(([, sentence = '']) => sentence);
}

export const tidy: Plot = {
  command: 'tidy',
  argv: ['npm', 'run', '--silent', 'tidy'],
  copies: [
    ...SETTINGS,
    'package-lock.json',
    'LICENSE',
    'README.md',
    'docs/LICENCES.md',
    'docker-compose.yml',
    'nest-cli.json',
    'foundry.toml',
    'libs',
    'scripts',
    'test/tidy',
  ],
  plants: [...sourcePlants, ...repositoryPlants, ...composePlants],
  rules: sentences(),
  isNamedApart: true,
};
