/**
 * Plants every bug of `contracts/seeded/<suite>.json` into a copy of the contracts and expects the
 * suite's own tests to fail: `npm run test:seeded [-- SUITE…] [--only NAME] [--jobs N] [--seed N]`.
 * First the unchanged copy must pass. Ends with 1 unless every bug was caught.
 */
import { parseArgs } from 'node:util';
import { filesBelow } from './contracts/imports.js';
import { inParallel } from './contracts/in-parallel.js';
import { ROOT } from './run-command.js';
import { BadBugFile, type BugFile, readBugFile } from './seeded/bug-file.js';
import { openSuite, runBug, runUnchanged, type Verdict } from './seeded/run-bugs.js';

const FOLDER = 'contracts/seeded';
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string' },
    jobs: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
  },
});

function chosenFiles(): readonly BugFile[] {
  const files = filesBelow(ROOT, FOLDER, '.json').map((path) => readBugFile(path));
  const unknown = positionals.filter((name) => !files.some(({ suite }) => suite === name));
  if (unknown.length > 0 || files.length === 0) {
    throw new BadBugFile(
      `no suite "${unknown.join(' ')}" in ${FOLDER}: ${files.map(({ suite }) => suite).join(', ')}`,
    );
  }
  return files.filter(({ suite }) => positionals.length === 0 || positionals.includes(suite));
}

function describeEffort({ calls, seconds }: Verdict): string {
  const history = calls === undefined ? '' : `after ${calls} calls, `;
  return `${history}${seconds.toFixed(1)} s`;
}

/** Whether every bug of the suite was caught. */
async function runSuite(file: BugFile): Promise<boolean> {
  const bugs = file.bugs.filter(({ name }) => values.only === undefined || name === values.only);
  const first = openSuite(file);
  const benches = [first];
  try {
    const problem = await runUnchanged(first, values.seed);
    if (problem !== undefined) {
      process.stdout.write(`FAIL ${file.suite} fails without a bug: ${problem}\n`);
      return false;
    }
    while (benches.length < Math.min(Number(values.jobs), bugs.length)) benches.push(first.clone());
    let caught = 0;
    await inParallel(bugs, benches, async (bug, bench) => {
      const verdict = await runBug(bench, bug, values.seed);
      if (verdict.isCaught) caught += 1;
      process.stdout.write(
        `${verdict.isCaught ? 'ok  ' : 'FAIL'} ${file.suite} / ${bug.name}: ` +
          `${verdict.detail.slice(0, 160)} (${describeEffort(verdict)})\n`,
      );
    });
    process.stdout.write(`${file.suite} ${caught}/${bugs.length} caught\n`);
    return caught === bugs.length && bugs.length > 0;
  } finally {
    for (const bench of benches) bench.close();
  }
}

try {
  let isAllCaught = true;
  for (const file of chosenFiles()) isAllCaught = (await runSuite(file)) && isAllCaught;
  process.exitCode = isAllCaught ? 0 : 1;
} catch (error) {
  if (!(error instanceof BadBugFile)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
