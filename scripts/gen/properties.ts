import { readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { filesBelow } from '../contracts/imports.js';
import { ROOT } from '../run-command.js';
import { MARKDOWN_HEADER, type Output } from './output.js';
import { solidityTags, type Tag, type Tags, typescriptTags } from './tags.js';

/** What the contracts, or the service about them, promise. */
export interface Property {
  readonly id: string;
  readonly text: string;
  /** Why it does not apply to this system; then no test may name it. */
  readonly absent?: string;
}

const SOURCE = 'contracts/properties.json';
const TARGET = 'contracts/PROPERTIES.md';
const SOLIDITY_TESTS = 'contracts/test';
const TYPESCRIPT_TESTS = ['apps', 'libs', 'test'];
const TYPESCRIPT_SUFFIX = 'spec.ts';
const SERIES: Readonly<Record<string, string>> = {
  F: 'Farms',
  H: 'Hub and receivers',
  B: 'Bridge and tokens',
  M: 'Distributor of roots',
  I: 'Across the parts',
  E: 'Bugs and exploits of others',
  C: 'Further promises',
};

/** The table of properties and the tests that hold them. */
export function renderProperties(): Output {
  const properties = JSON.parse(readFileSync(join(ROOT, SOURCE), 'utf8')) as readonly Property[];
  const sources = readAll(filesBelow(ROOT, SOLIDITY_TESTS, '.sol'));
  const specs = readAll(
    TYPESCRIPT_TESTS.flatMap((folder) => filesBelow(ROOT, folder, TYPESCRIPT_SUFFIX)),
  );
  const found: Tags[] = [
    ...[...sources].map(([path, text]) => solidityTags(path, text)),
    ...[...specs].map(([path, text]) => typescriptTags(path, text)),
  ];
  const tags = found.flatMap((file) => file.tags);
  return {
    files: new Map([[TARGET, tableOf(properties, tags)]]),
    folders: [],
    problems: [
      ...found.flatMap((file) => file.problems),
      ...problemsOf(properties, tags),
      ...deadTags(tags, sources),
    ],
  };
}

function readAll(paths: readonly string[]): Map<string, string> {
  return new Map(paths.map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]));
}

/** Properties without a test, and tags without a property. */
export function problemsOf(properties: readonly Property[], tags: readonly Tag[]): string[] {
  const byId = new Map(properties.map((property) => [property.id, property]));
  const tagged = new Set(tags.flatMap(({ ids }) => ids));
  return [
    ...properties
      .filter(({ id }, index) => properties.findIndex((other) => other.id === id) < index)
      .map(({ id }) => `${SOURCE}: ${id} is there twice`),
    ...properties
      .filter(({ id }) => seriesOf(id) === undefined)
      .map(({ id }) => `${SOURCE}: ${id} belongs to no series`),
    ...properties
      .filter(({ id, absent }) => absent === undefined && !tagged.has(id))
      .map(({ id, text }) => `${SOURCE}: no test proves ${id}: ${text}`),
    ...tags.flatMap(({ path, line, ids }) =>
      ids.flatMap((id) => {
        const property = byId.get(id);
        if (property === undefined) return [`${path}:${line}: there is no property ${id}`];
        if (property.absent === undefined) return [];
        return [`${path}:${line}: ${id} does not apply here: ${property.absent}`];
      }),
    ),
  ];
}

/** A helper that nobody calls proves nothing. */
export function deadTags(
  tags: readonly Tag[],
  sources: ReadonlyMap<string, string>,
): readonly string[] {
  const all = [...sources.values()].join('\n');
  return tags
    .filter(({ path, name }) => {
      if (!path.endsWith('.sol') || !name.startsWith('_')) return false;
      return [...all.matchAll(new RegExp(`\\b${name}\\s*[({]`, 'g'))].length < 2;
    })
    .map(({ path, line, name }) => `${path}:${line}: nobody calls ${name}`);
}

function seriesOf(id: string): string | undefined {
  return SERIES[id.replace(/-?\d+$/, '')];
}

/** One table a series, in the order of the source. */
export function tableOf(properties: readonly Property[], tags: readonly Tag[]): string {
  const sections = Object.values(SERIES).flatMap((title) => {
    const rows = properties.filter(({ id }) => seriesOf(id) === title);
    if (rows.length === 0) return [];
    return [
      `## ${title}`,
      '',
      `| id | what ${title === SERIES['E'] ? 'must not happen' : 'holds'} | tests |`,
      '|---|---|---|',
      ...rows.map(({ id, text, absent }) => {
        const tests = absent === undefined ? testsOf(id, tags) : `none: ${absent}`;
        return `| ${id} | ${text} | ${tests} |`;
      }),
      '',
    ];
  });
  return [
    MARKDOWN_HEADER,
    '# Properties and the tests that hold them',
    '',
    'Ids and texts stand in `properties.json`. A test names what it proves: `@custom:property F-01, H-02` in the',
    'NatSpec of a Solidity function, of a handler or a helper as well; `@property I9` in the comment above `it` or',
    '`describe` in TypeScript. `npm run gen` writes this file; `npm run check` fails when a property has no test,',
    'when a tag names no property, or when this file is not up to date.',
    '',
    ...sections,
  ].join('\n');
}

function testsOf(id: string, tags: readonly Tag[]): string {
  const proofs = tags.filter(({ ids }) => ids.includes(id));
  return [...new Set(proofs.map(({ path }) => path))]
    .toSorted()
    .map((path) => {
      const ofPath = proofs.filter((tag) => tag.path === path);
      const names = [...new Set(ofPath.map(({ name }) => `\`${name.replaceAll('|', '\\|')}\``))];
      const link = relative('contracts', path);
      return `[${basename(path).replace(/(\.t)?\.sol$/, '')}](${link}): ${names.join(', ')}`;
    })
    .join('<br>');
}
