/**
 * Plants small mistakes into the contracts, one at a time, and expects a test to fail:
 * `npm run mutate:sol [-- --sample N] [--seed S] [--jobs N] [--only PATH] [--fresh]`.
 *
 * Results go to `contracts/mutation/report.json` as they come, so a run that was cut short goes on
 * where it ended. A result holds while the source it is about and all that imports are unchanged;
 * survivors are tried again, because the tests may have learnt. `--fresh` forgets everything.
 * Ends with 1 below 95 % killed, or when more than 10 % are called equivalent.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { allMutants, mutated, type Mutant, shuffled } from './mutation/mutants.js';
import {
  percent,
  readEquivalents,
  readReport,
  REPORT,
  type Result,
  sourceHash,
  tally,
  verdict,
  writeReport,
} from './mutation/report.js';
import { Stages } from './mutation/stages.js';
import { ROOT } from './run-command.js';

const { values } = parseArgs({
  options: {
    sample: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '2' },
    only: { type: 'string', default: '' },
    fresh: { type: 'boolean', default: false },
  },
});
const sample = Number(values.sample);
const equivalents = readEquivalents();
const mutants = allMutants();
const chosen = shuffled(
  mutants.filter(({ file }) => file.includes(values.only)),
  values.seed,
);
const sources = Object.fromEntries(
  [...new Set(mutants.map(({ file }) => file))].map((file) => [file, sourceHash(file)]),
);

/** Results of earlier runs that still hold, by id. */
function keptResults(): Map<string, Result> {
  const report = values.fresh ? undefined : readReport();
  const known = new Map(mutants.map((mutant) => [mutant.id, mutant]));
  const kept = (report?.results ?? []).flatMap((result): [string, Result][] => {
    const mutant = known.get(result.id);
    const isSame = report?.sources[result.file] === sources[result.file];
    if (mutant === undefined || !isSame || result.fate === 'survived') return [];
    return [[result.id, { ...result, line: mutant.line }]];
  });
  return new Map(kept);
}

const results = keptResults();
const isValid = ({ id }: Mutant): boolean => results.get(id)?.fate !== 'not compiled';
/** How many of the sample are decided or being decided. */
let taken = 0;
let next = 0;

/** The next mutant to try; those that do not compile make room for others. */
function take(): Mutant | undefined {
  while (taken < sample && next < chosen.length) {
    const mutant = chosen[next];
    next += 1;
    if (mutant === undefined || !isValid(mutant)) continue;
    taken += 1;
    if (!results.has(mutant.id)) return mutant;
  }
  return undefined;
}

function save(): void {
  writeReport({ seed: values.seed, sample, sources, results: [...results.values()] }, equivalents);
}

async function work(stages: Stages): Promise<void> {
  for (let mutant = take(); mutant !== undefined; mutant = take()) {
    const source = readFileSync(join(ROOT, mutant.file));
    const startedAt = performance.now();
    const { fate, by } = await stages.run(mutant.file, mutated(source, mutant));
    if (fate === 'not compiled') taken -= 1;
    const { id, file, line, scope, operator, before, after } = mutant;
    results.set(id, { id, file, line, scope, operator, before, after, fate, by });
    save();
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    process.stdout.write(
      `${taken}/${Math.min(sample, chosen.length)} ${fate.padEnd(12)} ${seconds.padStart(5)} s ` +
        `${file}:${line} ${operator}${by === '' ? '' : ` (${by})`}\n`,
    );
  }
}

function printSummary(): void {
  const all = [...results.values()];
  process.stdout.write('\nkilled survived equivalent  score\n');
  const rows = [...new Set(all.map(({ file }) => file))].toSorted();
  for (const file of [...rows, 'all']) {
    const { killed, survived, equivalent, score } = tally(
      all.filter((result) => file === 'all' || result.file === file),
      equivalents,
    );
    const counts = [
      String(killed).padStart(6),
      String(survived).padStart(8),
      String(equivalent).padStart(10),
      percent(score).padStart(7),
    ];
    process.stdout.write(`${counts.join(' ')} ${file}\n`);
  }
  for (const { file, line, scope, before, after } of all.filter(
    ({ fate }) => fate === 'survived',
  )) {
    process.stdout.write(`\nsurvived ${file}:${line} ${scope}\n  - ${before}\n  + ${after}\n`);
  }
}

process.stdout.write(`${mutants.length} mutants, ${results.size} known from ${REPORT}\n`);
const first = await Stages.open((line) => process.stdout.write(`${line}\n`));
const crew = [first];
try {
  while (crew.length < Number(values.jobs)) crew.push(first.clone());
  await Promise.all(crew.map((stages) => work(stages)));
} finally {
  for (const stages of crew) stages.close();
}
save();
printSummary();
const problems = verdict({ results: [...results.values()], equivalents, mutants });
for (const problem of problems) process.stdout.write(`FAIL ${problem}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
