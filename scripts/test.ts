/**
 * Everything `npm test` runs: builds the contracts and the services, then every test suite. Ends
 * with one line `N passed, N failed` over all of them; `npm test -- unit e2e` runs a choice.
 */
import { runCommand } from './run-command.js';
import { runSuite, type SuiteName, SUITES } from './test-suites.js';

const BUILD_TIMEOUT_MS = 15 * 60_000;
const BUILDS: readonly (readonly string[])[] = [
  ['npm', 'run', '--silent', 'build:contracts'],
  ['npm', 'run', '--silent', 'gen:check'],
  ['npm', 'run', '--silent', 'build'],
];

function chosenSuites(names: readonly string[]): readonly SuiteName[] {
  const unknown = names.filter((name) => !SUITES.some((suite) => suite === name));
  if (unknown.length > 0) {
    process.stderr.write(`usage: npm test -- [${SUITES.join('|')}]…, got "${unknown.join(' ')}"\n`);
    process.exit(2);
  }
  return names.length === 0 ? SUITES : SUITES.filter((suite) => names.includes(suite));
}

/** Names of the steps that failed. */
async function runBuilds(): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const argv of BUILDS) {
    process.stdout.write(`\n== ${argv.slice(3).join(' ')}\n`);
    const { exitCode } = await runCommand({ argv, timeoutMs: BUILD_TIMEOUT_MS, isEchoed: true });
    if (exitCode === 0) continue;
    failed.push(argv.slice(3).join(' '));
  }
  return failed;
}

const suites = chosenSuites(process.argv.slice(2));
const failedBuilds = await runBuilds();
const summary = failedBuilds.map((step) => `${step}: failed`);
let passed = 0;
let failed = failedBuilds.length;
for (const name of suites) {
  process.stdout.write(`\n== ${name}\n`);
  const result = await runSuite({ name, isEchoed: true });
  passed += result.passed;
  failed += result.failed;
  summary.push(`${name}: ${result.passed} passed, ${result.failed} failed`);
  summary.push(...result.complaints.map((complaint) => `${name}: ${complaint}`));
}
process.stdout.write(`\n${summary.join('\n')}\n${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
