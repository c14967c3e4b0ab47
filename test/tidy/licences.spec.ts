import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { directDependencies, manifest, ROOT } from './repository.js';

const PERMISSIVE = new Set([
  'MIT',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'MIT OR Apache-2.0',
]);
const ROW = /^\| `([^`]+)` \| (?:`([^`]+)`|(none stated)) \|/gm;

function listed(): Map<string, string> {
  const page = readFileSync(join(ROOT, 'docs/LICENCES.md'), 'utf8');
  return new Map(
    [...page.matchAll(ROW)].map(([, name = '', licence, unstated]) => [
      name,
      licence ?? unstated ?? '',
    ]),
  );
}

/** Optional packages are installed on the platform they are for only. */
function installed(): Map<string, string> {
  const names = Object.keys(directDependencies).filter(
    (name) =>
      manifest.optionalDependencies[name] === undefined ||
      existsSync(join(ROOT, 'node_modules', name)),
  );
  return new Map(
    names.map((name) => {
      const path = join(ROOT, 'node_modules', name, 'package.json');
      const { license } = JSON.parse(readFileSync(path, 'utf8')) as { readonly license?: string };
      return [name, license ?? 'none stated'];
    }),
  );
}

describe('licences', () => {
  it('of every direct dependency are permissive or explained in docs/LICENCES.md', () => {
    const restricted = [...installed()].filter(([, licence]) => !PERMISSIVE.has(licence));
    expect(Object.fromEntries(listed())).toEqual(Object.fromEntries(restricted));
  });

  it('of Headwater itself is MIT', () => {
    expect(readFileSync(join(ROOT, 'LICENSE'), 'utf8')).toMatch(/^MIT License\n/);
  });
});
