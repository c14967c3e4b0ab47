/**
 * `npm run chaos [-- --only ID]…`: injects every fault that has a spec and prints what held.
 *
 * A fault is a test whose title begins with its id and a colon, such as `D1: …`, in an integration or
 * a chaos spec. The kills of the whole demo story (`test/e2e/kill.e2e-spec.ts`) need a build, so
 * they run with `--e2e` only. Ends with 1 unless everything held or was skipped for a stated reason.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { faultsIn, rowsOf, type TestOutcome } from './chaos/faults.js';
import { runCommand } from './run-command.js';

const TIMEOUT_MS = 60 * 60_000;
const ROOTS = ['libs', 'apps', 'test'];

const { values } = parseArgs({
  options: { only: { type: 'string', multiple: true }, e2e: { type: 'boolean', default: false } },
});
const suffixes = values.e2e
  ? ['.int-spec.ts', '.chaos-spec.ts', '.e2e-spec.ts']
  : ['.int-spec.ts', '.chaos-spec.ts'];
const only = values.only?.map((id) => id.toUpperCase());

const files = ROOTS.flatMap((root) =>
  readdirSync(root, { recursive: true, encoding: 'utf8' }).map((file) => join(root, file)),
)
  .filter((file) => suffixes.some((suffix) => file.endsWith(suffix)))
  .filter((file) => faultsIn(readFileSync(file, 'utf8')).some((id) => only?.includes(id) ?? true));
if (files.length === 0) {
  process.stderr.write(`no spec has the fault ${only?.join(', ') ?? ''}\n`);
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'headwater-chaos-'));
const report = join(folder, 'report.json');
const pattern = `\\b(${(only ?? ['[NRCDP]\\d+']).join('|')}): `;
await runCommand({
  argv: [
    'npx',
    'vitest',
    'run',
    '-t',
    pattern,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...files,
  ],
  timeoutMs: TIMEOUT_MS,
  isEchoed: true,
});
const outcomes = readOutcomes(report);
rmSync(folder, { recursive: true, force: true });

const rows = rowsOf(outcomes, only);
process.stdout.write('\n');
for (const { id, outcome, reason } of rows) {
  process.stdout.write(`${id.padEnd(4)}| ${outcome.padEnd(8)}| ${reason}\n`);
}
process.exitCode = rows.length > 0 && rows.every(({ outcome }) => outcome !== 'failed') ? 0 : 1;

function readOutcomes(path: string): readonly TestOutcome[] {
  const parsed: {
    readonly testResults: readonly { readonly assertionResults: readonly TestOutcome[] }[];
  } = JSON.parse(readFileSync(path, 'utf8'));
  return parsed.testResults.flatMap(({ assertionResults }) => assertionResults);
}
