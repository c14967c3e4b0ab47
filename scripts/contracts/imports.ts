import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const IMPORT = /^\s*import\s+(?:[^;"]*\sfrom\s+)?"([^"]+)"\s*;/gm;

/** Every file below a folder whose name ends so, as paths below `root`, in a stable order. */
export function filesBelow(root: string, folder: string, suffix: string): readonly string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(suffix))
    .map((path) => join(folder, path))
    .toSorted();
}

/** The files themselves and all they import from our own tree, directly or not. */
export function withImports(root: string, paths: readonly string[]): readonly string[] {
  const found = new Set<string>();
  const waiting = [...paths];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (found.has(path)) continue;
    found.add(path);
    waiting.push(...ownImports(path, readFileSync(join(root, path), 'utf8')));
  }
  return [...found].toSorted();
}

/** Imports by a relative path; those of packages are not ours. */
export function ownImports(path: string, text: string): readonly string[] {
  return [...text.matchAll(IMPORT)]
    .map(([, target = '']) => target)
    .filter((target) => target.startsWith('.'))
    .map((target) => normalize(join(dirname(path), target)));
}
