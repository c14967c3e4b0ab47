import { type Plot, SETTINGS } from './plant.js';

const planted = 'libs/planted/src';

export const format: Plot = {
  command: 'format',
  argv: ['npm', 'run', '--silent', 'format'],
  copies: [...SETTINGS, 'apps', 'scripts', 'test', 'deployments', 'docker-compose.yml'],
  plants: [
    {
      rule: 'prettier on TypeScript',
      files: { [`${planted}/ugly.ts`]: 'export const x  =  "double";\n' },
      names: [`${planted}/ugly.ts`],
    },
    {
      rule: 'prettier on deployments',
      files: { 'deployments/ugly.json': '{"a":1}' },
      names: ['deployments/ugly.json'],
    },
    {
      rule: 'prettier on settings',
      edits: { 'docker-compose.yml': (text) => `${text}\nx-a:   1\n` },
      names: ['docker-compose.yml'],
    },
  ],
};

export const typecheck: Plot = {
  command: 'typecheck',
  argv: [
    'npm',
    'run',
    '--silent',
    'typecheck',
    '--',
    '--incremental',
    'false',
    '--tsBuildInfoFile',
    'null',
  ],
  copies: SETTINGS,
  plants: [
    {
      rule: 'strict types',
      files: { [`${planted}/wrong.ts`]: "export const x: number = 'text';\n" },
      names: [`${planted}/wrong.ts`, 'TS2322'],
    },
    {
      rule: 'noUncheckedIndexedAccess',
      files: {
        [`${planted}/index-access.ts`]: 'export const f = (x: number[]): number => x[0];\n',
      },
      names: [`${planted}/index-access.ts`, 'TS2322'],
    },
    {
      rule: 'exactOptionalPropertyTypes',
      files: { [`${planted}/optional.ts`]: 'export const x: { a?: number } = { a: undefined };\n' },
      names: [`${planted}/optional.ts`, 'TS2375'],
    },
    {
      rule: 'noImplicitOverride',
      files: {
        [`${planted}/override.ts`]:
          'class A {\n  f(): void {}\n}\nexport class B extends A {\n  f(): void {}\n}\n',
      },
      names: [`${planted}/override.ts`, 'TS4114'],
    },
  ],
};

export const unused: Plot = {
  command: 'unused',
  argv: ['npm', 'run', '--silent', 'unused'],
  copies: [...SETTINGS, 'libs/kernel'],
  plants: [
    {
      rule: 'Unused files',
      files: { 'libs/kernel/src/forgotten.ts': 'export const x = 1;\n' },
      names: ['libs/kernel/src/forgotten.ts'],
    },
    {
      rule: 'Unused exports',
      files: {
        'apps/planted/src/main.ts': "import { used } from './exports.js';\n\nused();\n",
        'apps/planted/src/exports.ts':
          'export const used = (): number => 1;\nexport const idle = (): number => 2;\n',
      },
      names: ['idle', 'apps/planted/src/exports.ts'],
    },
    {
      rule: 'Unused dependencies',
      edits: {
        'package.json': (text) =>
          text.replace('"dependencies": {', '"dependencies": { "planted": "1.0.0",'),
      },
      names: ['planted', 'package.json'],
    },
    {
      rule: 'Unlisted dependencies',
      files: { 'apps/unlisted/src/main.ts': "import 'chai';\n" },
      names: ['chai', 'apps/unlisted/src/main.ts'],
    },
    {
      rule: 'Unresolved imports',
      files: { 'apps/lost/src/main.ts': "import './nowhere.js';\n" },
      names: ['./nowhere.js', 'apps/lost/src/main.ts'],
    },
  ],
  isNamedApart: true,
};

export const contracts: Plot = {
  command: 'format:contracts',
  argv: ['npm', 'run', '--silent', 'format:contracts'],
  copies: [...SETTINGS, 'scripts/foundry.ts', 'scripts/foundry-binary.ts', 'foundry.toml'],
  plants: [
    {
      rule: 'forge fmt',
      files: { 'contracts/src/Planted.sol': 'pragma solidity 0.8.37;contract Planted{uint x;}\n' },
      names: ['contracts/src/Planted.sol'],
    },
  ],
};
