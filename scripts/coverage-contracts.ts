/**
 * Measures what the contract tests reach: `npm run coverage:contracts`. Prints every line and branch
 * of `contracts/src` that no test reaches; ends with 1 below 99 % of lines or 95 % of branches.
 *
 * `contracts/src/dev` is left out: only the local network deploys it. The stateful suites do not
 * run: what only a random sequence reaches has no test that says what should happen.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow } from './contracts/imports.js';
import { Workbench } from './contracts/workbench.js';
import { type FileCoverage, readLcov, sharesOf } from './contracts/lcov.js';
import { ROOT } from './run-command.js';

const LINES_MIN = 0.99;
const BRANCHES_MIN = 0.95;
const LEFT_OUT_TESTS = /^contracts\/test\/(gas\/|invariant\/|proofs\/|unit\/Sizes|Canary)/;
const SOURCES = 'contracts/src/';
const LEFT_OUT_SOURCES = 'contracts/src/dev/';
const TIMEOUT_MS = 60 * 60_000;
const REPORT = 'lcov.info';
const ENVIRONMENT = { FOUNDRY_PROFILE: 'quick' };

/** @throws when a test fails, because then nobody knows what it would have reached. */
async function measure(): Promise<readonly FileCoverage[]> {
  const tests = filesBelow(ROOT, 'contracts/test', '.t.sol').filter(
    (path) => !LEFT_OUT_TESTS.test(path),
  );
  const bench = Workbench.create(tests);
  try {
    // Some tests read artifacts, and `forge coverage` writes none.
    const steps = [['build'], ['coverage', '--report', 'lcov', '--report-file', REPORT]];
    for (const args of steps) {
      const result = await bench.forge({ args, env: ENVIRONMENT, timeoutMs: TIMEOUT_MS });
      if (result.exitCode === 0) continue;
      const failures = result.stdout.split('\n').filter((line) => line.startsWith('[FAIL'));
      throw new Error(`forge ${args[0]}: ${failures.join('\n') || result.output}`);
    }
    return readLcov(bench.read(REPORT)).filter(
      ({ file }) => file.startsWith(SOURCES) && !file.startsWith(LEFT_OUT_SOURCES),
    );
  } finally {
    bench.close();
  }
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

function printFile(coverage: FileCoverage): void {
  const { file, missedLines, missedBranches } = coverage;
  const { lines, branches } = sharesOf([coverage]);
  const cells = [percent(lines).padStart(8), percent(branches).padStart(8)];
  process.stdout.write(`${cells.join('  ')}  ${file}\n`);
  const source = readFileSync(join(ROOT, file), 'utf8').split('\n');
  const places = new Set([...missedLines, ...missedBranches]);
  for (const line of [...places].toSorted((a, b) => a - b)) {
    const kind = missedLines.includes(line) ? 'line  ' : 'branch';
    process.stdout.write(`    ${kind} ${file}:${line}: ${source[line - 1]?.trim() ?? ''}\n`);
  }
}

const files = await measure();
process.stdout.write('   lines  branches\n');
for (const file of files) printFile(file);
const { lines, branches } = sharesOf(files);
process.stdout.write(
  `${percent(lines)} of lines (at least ${percent(LINES_MIN)}), ` +
    `${percent(branches)} of branches (at least ${percent(BRANCHES_MIN)}) in ${files.length} files\n`,
);
process.exitCode = lines >= LINES_MIN && branches >= BRANCHES_MIN && files.length > 0 ? 0 : 1;
