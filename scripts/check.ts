/**
 * Runs every rule of the repository that is not a test, all of them even when one fails, and ends
 * with `N passed, N failed`. `npm run check -- lint tidy` runs a choice.
 */
import { runCommand } from './run-command.js';

const RULE_TIMEOUT_MS = 10 * 60_000;
/** Names of package scripts. */
const RULES = [
  'format',
  'lint',
  'boundaries',
  'typecheck',
  'unused',
  'tidy',
  'format:contracts',
  'gen:check',
];

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !RULES.includes(name));
if (unknown.length > 0) {
  process.stderr.write(
    `usage: npm run check -- [${RULES.join('|')}]…, got "${unknown.join(' ')}"\n`,
  );
  process.exit(2);
}

let passed = 0;
let failed = 0;
for (const name of RULES.filter((rule) => chosen.length === 0 || chosen.includes(rule))) {
  const startedAt = Date.now();
  const { exitCode, output } = await runCommand({
    argv: ['npm', 'run', '--silent', name],
    timeoutMs: RULE_TIMEOUT_MS,
    isEchoed: false,
  });
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  process.stdout.write(`${exitCode === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)\n`);
  if (exitCode === 0) passed += 1;
  else {
    failed += 1;
    process.stdout.write(`${output.trimEnd()}\n`);
  }
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
