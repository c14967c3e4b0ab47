import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../run-command.js';

/** One mistake that somebody could make, and the place where it is made. */
export interface SeededBug {
  readonly name: string;
  /** What goes wrong for whom, for the reader of the list. */
  readonly why: string;
  /** Path of the source below the repository. */
  readonly file: string;
  /** Text that stands exactly once in the source. */
  readonly find: string;
  readonly replace: string;
}

/** `contracts/seeded/<suite>.json`. */
export interface BugFile {
  readonly suite: string;
  /** Tests that must catch every bug: a file, a folder, or what their paths begin with. */
  readonly test: string;
  readonly bugs: readonly SeededBug[];
}

/** The file of bugs is wrong, which says nothing about the tests. */
export class BadBugFile extends Error {
  override readonly name = 'BadBugFile';
}

const SOURCES = 'contracts/src/';
const BUG_KEYS = ['name', 'why', 'file', 'find', 'replace'] as const;

/** @throws {BadBugFile} that lists every problem at once. */
export function readBugFile(path: string): BugFile {
  const parsed = JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as unknown;
  const problems = problemsOf(parsed, (file) =>
    existsSync(join(ROOT, file)) ? readFileSync(join(ROOT, file), 'utf8') : undefined,
  );
  if (problems.length > 0) throw new BadBugFile(`${path}:\n  ${problems.join('\n  ')}`);
  return parsed as BugFile;
}

/** What keeps the parsed JSON from being a file of bugs that can be planted. */
export function problemsOf(
  parsed: unknown,
  sourceOf: (path: string) => string | undefined,
): readonly string[] {
  if (!isRecord(parsed)) return ['is no object'];
  const { suite, test, bugs } = parsed;
  const strange = Object.keys(parsed).filter((key) => !['suite', 'test', 'bugs'].includes(key));
  if (!Array.isArray(bugs)) return ['has no list of bugs'];
  const names = bugs.map((bug: unknown) => (isRecord(bug) ? bug['name'] : undefined));
  return [
    ...strange.map((key) => `knows no "${key}"`),
    ...(isText(suite) ? [] : ['has no suite']),
    ...(isText(test) ? [] : ['has no test']),
    ...(bugs.length > 0 ? [] : ['has an empty list of bugs']),
    ...names
      .filter((name, index) => names.indexOf(name) !== index)
      .map((name) => `has two bugs named "${String(name)}"`),
    ...bugs.flatMap((bug: unknown, index) => bugProblems(bug, index, sourceOf)),
  ];
}

function bugProblems(
  bug: unknown,
  index: number,
  sourceOf: (path: string) => string | undefined,
): string[] {
  if (!isRecord(bug)) return [`bug ${index}: is no object`];
  const label = isText(bug['name']) ? `bug "${bug['name']}"` : `bug ${index}`;
  const missing = BUG_KEYS.filter((key) => typeof bug[key] !== 'string' || bug[key] === '');
  // Deleting the text is a bug like any other.
  const empty = missing.filter((key) => key !== 'replace' || bug[key] !== '');
  const strange = Object.keys(bug).filter((key) => !BUG_KEYS.some((known) => known === key));
  if (empty.length > 0 || strange.length > 0) {
    return [
      ...empty.map((key) => `${label}: has no ${key}`),
      ...strange.map((key) => `${label}: knows no "${key}"`),
    ];
  }
  const { file, find, replace } = bug as unknown as SeededBug;
  if (find === replace) return [`${label}: changes nothing`];
  const source = file.startsWith(SOURCES) ? sourceOf(file) : undefined;
  if (source === undefined) return [`${label}: ${file} is no source below ${SOURCES}`];
  const count = source.split(find).length - 1;
  return count === 1 ? [] : [`${label}: find stands ${count} times in ${file}, expected once`];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** The source with the bug in it. */
export function planted(bug: SeededBug, source: string): string {
  // A function, because a string would give `$` in the replacement a meaning.
  return source.replace(bug.find, () => bug.replace);
}
