import { createRequire } from 'node:module';
import { type Plant, type Plot, SETTINGS } from './plant.js';

const require = createRequire(import.meta.url);
interface Target {
  readonly path?: string;
  readonly pathNot?: string;
}

const { forbidden } = require('../../.dependency-cruiser.cjs') as {
  readonly forbidden: readonly { readonly name: string; readonly to: Target }[];
};
const LAYER = 'layer-';
/** The libraries that a rule names, as in `^libs/(one|two)/`. */
const librariesIn = (path = ''): readonly string[] =>
  /^\^libs\/\((.+)\)\/$/.exec(path)?.[1]?.split('|') ?? [];

const allLibraries = forbidden.flatMap(({ name, to }) =>
  name === 'unlisted-library' ? librariesIn(to.pathNot) : [],
);

/** Each library reaches for the first of those beside or above it. */
const layerPlants: readonly Plant[] = forbidden
  .filter(({ name }) => name.startsWith(LAYER))
  .map(({ name: rule, to }) => {
    const path = `libs/${rule.slice(LAYER.length)}/src/planted-layer.ts`;
    const [library = ''] = librariesIn(to.path);
    return { rule, files: { [path]: `import '#${library}';\n` }, names: [path] };
  });

const EMPTY = 'export const nothing = 0;\n';
const ledger = 'libs/ledger/src';

const structurePlants: readonly Plant[] = [
  {
    rule: 'unlisted-library',
    files: {
      'libs/unlisted/src/index.ts': EMPTY,
      'apps/one/src/unlisted.ts': "import '../../../libs/unlisted/src/index.js';\n",
    },
    names: ['apps/one/src/unlisted.ts'],
  },
  {
    rule: 'unlisted-library-imports',
    files: { 'libs/unlisted/src/reaches.ts': "import '#kernel';\n" },
    names: ['libs/unlisted/src/reaches.ts'],
  },
  {
    rule: 'no-cycles',
    files: {
      [`${ledger}/cycle-a.ts`]: "import './cycle-b.js';\n",
      [`${ledger}/cycle-b.ts`]: "import './cycle-a.js';\n",
    },
    names: [`${ledger}/cycle-a.ts`],
  },
  {
    rule: 'libs-never-import-apps',
    files: {
      'apps/one/src/thing.ts': EMPTY,
      [`${ledger}/upwards.ts`]: "import '../../../apps/one/src/thing.js';\n",
    },
    names: [`${ledger}/upwards.ts`],
  },
  {
    rule: 'apps-never-import-apps',
    files: { 'apps/two/src/sideways.ts': "import '../../one/src/thing.js';\n" },
    names: ['apps/two/src/sideways.ts'],
  },
  {
    rule: 'entry-point-only',
    files: {
      [`${ledger}/inner.ts`]: EMPTY,
      'apps/one/src/burglar.ts': "import '../../../libs/ledger/src/inner.js';\n",
    },
    names: ['apps/one/src/burglar.ts'],
  },
  {
    rule: 'entry-point-only-libs',
    files: { 'libs/farms/src/burglar.ts': "import '../../ledger/src/inner.js';\n" },
    names: ['libs/farms/src/burglar.ts'],
  },
];

const purityPlants: readonly Plant[] = [
  {
    rule: 'pure-kernel',
    files: { 'libs/kernel/src/reads.ts': "import 'node:fs';\n" },
    names: ['libs/kernel/src/reads.ts'],
  },
  {
    rule: 'pure-domain-packages',
    files: { [`${ledger}/domain/stores.ts`]: "import 'typeorm';\n" },
    names: [`${ledger}/domain/stores.ts`],
  },
  {
    rule: 'pure-domain-files',
    files: { [`${ledger}/domain/leaks.ts`]: "import '../inner.js';\n" },
    names: [`${ledger}/domain/leaks.ts`],
  },
  {
    rule: 'no-test-code-in-production',
    files: {
      [`${ledger}/testing/index.ts`]: EMPTY,
      [`${ledger}/cheats.ts`]: "import './testing/index.js';\n",
    },
    names: [`${ledger}/cheats.ts`],
  },
  {
    rule: 'declared-dependencies',
    files: { [`${ledger}/tests-itself.ts`]: "import 'vitest';\n" },
    names: [`${ledger}/tests-itself.ts`],
  },
  {
    rule: 'resolvable',
    files: { [`${ledger}/lost.ts`]: "import './nowhere.js';\n" },
    names: [`${ledger}/lost.ts`],
  },
];

/** An empty shell of the architecture, so that no real file can hide or cause a finding. */
const shell: Plant = {
  rule: 'shell',
  files: {
    ...Object.fromEntries(allLibraries.map((name) => [`libs/${name}/src/index.ts`, EMPTY])),
    'test/empty.ts': EMPTY,
    'scripts/empty.ts': EMPTY,
  },
  names: [],
};

export const boundaries: Plot = {
  command: 'boundaries',
  argv: ['npm', 'run', '--silent', 'boundaries'],
  copies: SETTINGS,
  plants: [shell, ...layerPlants, ...structurePlants, ...purityPlants],
  rules: forbidden.map(({ name }) => name),
};
