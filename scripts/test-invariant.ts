/**
 * Runs the stateful suites: `npm run test:invariant [-- SUITE…] [--deep] [--seed HEX] [--verbose]`.
 * Prints calls, reverts, time and the handler function with the smallest share of effects; ends
 * with 1 when an invariant fails or a handler function changes the system in less than 5 % of its
 * calls. `--deep` is 2,000 runs of 500 calls; the seed that is printed repeats a run.
 */
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { shareOf } from './invariant/effects.js';
import { runInvariants, type SuiteRun, SUITES } from './invariant/run-suite.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    deep: { type: 'boolean', default: false },
    seed: { type: 'string', default: `0x${randomBytes(32).toString('hex')}` },
    verbose: { type: 'boolean', default: false },
  },
});
const COLUMNS = [14, 10, 8, 9] as const;

function row(cells: readonly string[]): string {
  const padded = cells.map((cell, index) => {
    const width = COLUMNS[index] ?? 0;
    return index === 0 ? cell.padEnd(width) : cell.padStart(width);
  });
  return `${padded.join('  ')}\n`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function print(suite: string, run: SuiteRun): void {
  const [least] = run.functions;
  process.stdout.write(
    row([
      suite,
      run.calls.toLocaleString('en'),
      run.reverts.toLocaleString('en'),
      run.seconds.toFixed(1),
      least === undefined ? '' : `${percent(shareOf(least))} ${least.name}`,
    ]),
  );
  if (values.verbose) {
    for (const handler of run.functions) {
      process.stdout.write(`     ${percent(shareOf(handler)).padStart(7)} ${handler.name}\n`);
    }
  }
  for (const problem of run.problems) process.stdout.write(`FAIL ${suite}: ${problem}\n`);
}

const unknown = positionals.filter((name) => !(name in SUITES));
if (unknown.length > 0) {
  process.stderr.write(`no suite "${unknown.join(' ')}": ${Object.keys(SUITES).join(', ')}\n`);
  process.exit(2);
}
process.stdout.write(`seed ${values.seed}${values.deep ? ', deep' : ''}\n`);
process.stdout.write(row(['suite', 'calls', 'reverts', 'seconds', 'least effects']));
let passed = 0;
let failed = 0;
for (const [suite, pattern] of Object.entries(SUITES)) {
  if (positionals.length > 0 && !positionals.includes(suite)) continue;
  const run = await runInvariants({ suite, pattern, isDeep: values.deep, seed: values.seed });
  print(suite, run);
  if (run.problems.length === 0) passed += 1;
  else failed += 1;
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
