import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withImports } from '../contracts/imports.js';
import { ROOT } from '../run-command.js';
import { hashOf, type Mutant } from './mutants.js';

export const REPORT = 'contracts/mutation/report.json';
const EQUIVALENTS = 'contracts/mutation/equivalents.json';

/** Killed by a test, survived all, or no program at all. */
export type Fate = 'killed' | 'survived' | 'not compiled';

export interface Result {
  readonly id: string;
  readonly file: string;
  readonly line: number;
  readonly scope: string;
  readonly operator: string;
  readonly before: string;
  readonly after: string;
  readonly fate: Fate;
  /** The test that failed; empty when none did. */
  readonly by: string;
}

/** A mutant that no test can kill, because it behaves like the original. */
export interface Equivalent {
  readonly file: string;
  readonly scope: string;
  readonly before: string;
  readonly after: string;
  readonly reason: string;
}

export interface Report {
  readonly seed: string;
  readonly sample: number;
  /** By source: a hash of it and of all it imports, for which its results hold. */
  readonly sources: Readonly<Record<string, string>>;
  readonly results: readonly Result[];
}

/** Of non-equivalent mutants, how many a suite of tests must kill. */
const SCORE_MIN = 0.95;
/** How many mutants may be called equivalent. */
const EQUIVALENT_SHARE_MAX = 0.1;

export interface Tally {
  readonly killed: number;
  readonly survived: number;
  readonly equivalent: number;
  readonly notCompiled: number;
  /** Of the mutants that are not equivalent; 1 when there are none. */
  readonly score: number;
}

export function readReport(): Report | undefined {
  return readIfWritten(REPORT) as Report | undefined;
}

export function readEquivalents(): readonly Equivalent[] {
  return (readIfWritten(EQUIVALENTS) ?? []) as readonly Equivalent[];
}

function readIfWritten(path: string): unknown {
  if (!existsSync(join(ROOT, path))) return undefined;
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
}

/** Whole or not at all, because a run may be cut short at any time. */
export function writeReport(report: Report, equivalents: readonly Equivalent[]): void {
  const results = report.results.toSorted(
    (a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.id.localeCompare(b.id),
  );
  const { killed, survived, equivalent, score } = tally(results, equivalents);
  const { seed, sample, sources } = report;
  const summary = { mutants: killed + survived + equivalent, killed, survived, equivalent, score };
  const text = JSON.stringify({ seed, sample, summary, sources, results }, undefined, 2);
  writeFileSync(join(ROOT, `${REPORT}.part`), `${text}\n`);
  renameSync(join(ROOT, `${REPORT}.part`), join(ROOT, REPORT));
}

export function sourceHash(file: string): string {
  const texts = withImports(ROOT, [file]).map((path) => readFileSync(join(ROOT, path), 'utf8'));
  return hashOf(texts.join('\0')).slice(0, 16);
}

export function isEquivalent(
  { file, scope, before, after }: Pick<Result, 'file' | 'scope' | 'before' | 'after'>,
  equivalents: readonly Equivalent[],
): boolean {
  return equivalents.some(
    (one) =>
      one.file === file && one.scope === scope && one.before === before && one.after === after,
  );
}

export function tally(results: readonly Result[], equivalents: readonly Equivalent[]): Tally {
  const valid = results.filter(({ fate }) => fate !== 'not compiled');
  const killed = valid.filter(({ fate }) => fate === 'killed').length;
  const left = valid.filter(({ fate }) => fate === 'survived');
  const equivalent = left.filter((result) => isEquivalent(result, equivalents)).length;
  const survived = left.length - equivalent;
  const score = killed + survived === 0 ? 1 : killed / (killed + survived);
  return { killed, survived, equivalent, notCompiled: results.length - valid.length, score };
}

/** What keeps the run from being good enough. */
export function verdict(options: {
  readonly results: readonly Result[];
  readonly equivalents: readonly Equivalent[];
  readonly mutants: readonly Mutant[];
}): readonly string[] {
  const { results, equivalents, mutants } = options;
  const { killed, survived, equivalent, score } = tally(results, equivalents);
  const valid = killed + survived + equivalent;
  return [
    ...(valid === 0 ? ['no mutant ran'] : []),
    ...(score < SCORE_MIN
      ? [`the score is ${percent(score)}, less than ${percent(SCORE_MIN)}`]
      : []),
    ...(equivalent > valid * EQUIVALENT_SHARE_MAX
      ? [
          `${equivalent} of ${valid} are called equivalent, more than ${percent(EQUIVALENT_SHARE_MAX)}`,
        ]
      : []),
    ...equivalents
      .filter(({ reason }) => reason.trim() === '')
      .map(({ file, before }) => `${EQUIVALENTS}: no reason for ${file}: ${before}`),
    ...equivalents
      .filter((one) => !mutants.some((mutant) => isEquivalent(mutant, [one])))
      .map(({ file, after }) => `${EQUIVALENTS}: no such mutant any more in ${file}: ${after}`),
    ...results
      .filter((result) => result.fate === 'killed' && isEquivalent(result, equivalents))
      .map(({ file, after, by }) => `${EQUIVALENTS}: ${by} tells it apart: ${file}: ${after}`),
  ];
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
