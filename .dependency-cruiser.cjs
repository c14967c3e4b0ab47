/**
 * The architecture, in one table: a library may import only libraries in lower layers.
 * Add a library here in the same commit that creates its folder.
 */
const layers = [
  ['kernel'],
  ['config', 'abi'],
  ['observability'],
  ['database'],
  ['chain'],
  ['indexer', 'ledger'],
  ['messaging'],
  ['farms'],
  ['emission', 'bridging', 'rewards'],
  ['governance'],
  ['reconcile'],
];

const anyOf = (names) => `^libs/(${names.join('|')})/`;
const notLower = (index) => layers.slice(index).flat();
const entry = '^libs/[^/]+/src/(index|testing/index)\\.ts$';
const testFile = '(\\.spec\\.ts|\\.int-spec\\.ts|\\.chaos-spec\\.ts|\\.e2e-spec\\.ts)$';

/** A library alone in the top layer has nothing it may not import. */
const layerRules = layers.flatMap((names, index) =>
  names
    .map((name) => ({ name, others: notLower(index).filter((other) => other !== name) }))
    .filter(({ others }) => others.length > 0)
    .map(({ name, others }) => ({
      name: `layer-${name}`,
      severity: 'error',
      comment: `${name} may import only: ${layers.slice(0, index).flat().join(', ') || 'nothing'}`,
      from: { path: anyOf([name]) },
      to: { path: anyOf(others) },
    })),
);

const structureRules = [
  {
    name: 'unlisted-library',
    comment: 'every library has a line in the layer table',
    from: {},
    to: { path: '^libs/', pathNot: anyOf(layers.flat()) },
  },
  {
    name: 'unlisted-library-imports',
    comment: 'every library has a line in the layer table',
    from: { path: '^libs/', pathNot: anyOf(layers.flat()) },
    to: {},
  },
  { name: 'no-cycles', from: {}, to: { circular: true } },
  {
    name: 'libs-never-import-apps',
    from: { path: '^libs/' },
    to: { path: '^(apps|test|scripts)/' },
  },
  {
    name: 'apps-never-import-apps',
    from: { path: '^apps/([^/]+)/' },
    to: { path: '^apps/', pathNot: '^apps/$1/' },
  },
  {
    name: 'entry-point-only',
    from: { path: '^(apps|test|scripts)/' },
    to: { path: '^libs/', pathNot: entry },
  },
  {
    name: 'entry-point-only-libs',
    from: { path: '^libs/([^/]+)/' },
    to: { path: '^libs/', pathNot: [entry, '^libs/$1/'] },
  },
];

const purityRules = [
  {
    name: 'pure-kernel',
    comment:
      'everything else is written in terms of the kernel, so it stands on the language alone',
    from: { path: '^libs/kernel/', pathNot: testFile },
    to: { dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'core'] },
  },
  {
    name: 'pure-domain-packages',
    comment: 'domain code does no I/O and knows no framework; viem is allowed for its encoders',
    from: { path: '/domain/', pathNot: testFile },
    to: {
      dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'core'],
      pathNot: '^node_modules/viem/',
    },
  },
  {
    name: 'pure-domain-files',
    from: { path: '^libs/([^/]+)/src/domain/', pathNot: testFile },
    to: { path: '^libs/$1/', pathNot: '^libs/$1/src/(domain|generated)/' },
  },
  {
    name: 'no-test-code-in-production',
    from: { path: '^(apps|libs)/', pathNot: `(${testFile}|/testing/)` },
    to: { path: `(/testing/|${testFile})` },
  },
  {
    name: 'declared-dependencies',
    comment: 'what runs in production is listed under dependencies',
    from: { path: '^(apps|libs)/', pathNot: `${testFile}|/testing/` },
    to: {
      dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
      dependencyTypesNot: ['type-only'],
    },
  },
  { name: 'resolvable', from: {}, to: { couldNotResolve: true } },
];

module.exports = {
  forbidden: [
    ...layerRules,
    ...[...structureRules, ...purityRules].map((rule) => ({ severity: 'error', ...rule })),
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^test/bench/peers/' },
    enhancedResolveOptions: {
      conditionNames: ['source', 'import', 'types', 'node', 'default'],
      exportsFields: ['exports'],
    },
  },
};
