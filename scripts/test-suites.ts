import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand, RUN_TAG } from './run-command.js';
import { survivorsOf } from './survivors.js';

export type SuiteName = 'forge' | 'unit' | 'integration' | 'e2e';

export const SUITES: readonly SuiteName[] = ['forge', 'unit', 'integration', 'e2e'];

/** Tests that must fail when HEADWATER_CANARY=1, one for each suite. */
export const CANARIES: Readonly<Record<SuiteName, string>> = {
  forge: 'Canary',
  unit: 'test/tidy/canary.spec.ts',
  integration: 'test/integration/canary.int-spec.ts',
  e2e: 'test/e2e/canary.e2e-spec.ts',
};

export interface SuiteResult {
  readonly name: SuiteName;
  readonly passed: number;
  /** Failed tests, and one for anything else that makes the suite red. */
  readonly failed: number;
  readonly complaints: readonly string[];
}

interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const SUITE_TIMEOUT_MS = 30 * 60_000;
const NO_TOTALS: Totals = { passed: 0, failed: 0, skipped: 0 };

/** Runs one suite in a temporary folder of its own and looks for what it left behind. */
export async function runSuite(options: {
  readonly name: SuiteName;
  /** File or contract to run alone. */
  readonly only?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly isEchoed: boolean;
}): Promise<SuiteResult> {
  const { name, only, isEchoed } = options;
  const folder = mkdtempSync(join(tmpdir(), 'hw-'));
  // A database server that drops root must still be able to enter.
  chmodSync(folder, 0o755);
  const report = join(folder, 'report.json');
  const tag = randomUUID();
  try {
    const { exitCode, output, sessionId } = await runCommand({
      argv: name === 'forge' ? forgeArgv(only) : vitestArgv({ project: name, only, report }),
      env: { ...options.env, [RUN_TAG]: tag, TMPDIR: folder },
      timeoutMs: SUITE_TIMEOUT_MS,
      isEchoed,
    });
    const totals = name === 'forge' ? forgeTotals(output) : vitestTotals(report);
    const complaints = [
      ...totalsComplaints(totals, exitCode),
      ...(await survivorComplaints({ tag, sessionId })),
      ...folderComplaints(folder),
    ];
    return {
      name,
      passed: totals.passed,
      failed: totals.failed + complaints.length,
      complaints,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function forgeArgv(only: string | undefined): string[] {
  const filter = only === undefined ? [] : ['--match-contract', only];
  return [process.execPath, '--import', 'tsx', 'scripts/foundry.ts', 'forge', 'test', ...filter];
}

function vitestArgv(options: {
  readonly project: string;
  readonly only: string | undefined;
  readonly report: string;
}): string[] {
  return [
    process.execPath,
    'node_modules/vitest/vitest.mjs',
    'run',
    '--project',
    options.project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${options.report}`,
    ...(options.only === undefined ? [] : [options.only]),
  ];
}

/** The last line of a run: `Ran 5 test suites in 1s: 42 tests passed, 0 failed, 0 skipped`. */
export function forgeTotals(output: string): Totals {
  const summary = [...output.matchAll(/: (\d+) tests passed, (\d+) failed, (\d+) skipped/g)].at(-1);
  if (summary === undefined) return NO_TOTALS;
  const [, passed, failed, skipped] = summary.map(Number);
  return { passed: passed ?? 0, failed: failed ?? 0, skipped: skipped ?? 0 };
}

function vitestTotals(report: string): Totals {
  const text = readIfWritten(report);
  if (text === undefined) return NO_TOTALS;
  const parsed = JSON.parse(text) as {
    readonly numPassedTests: number;
    readonly numFailedTests: number;
    readonly numPendingTests: number;
    readonly numTodoTests: number;
  };
  return {
    passed: parsed.numPassedTests,
    failed: parsed.numFailedTests,
    skipped: parsed.numPendingTests + parsed.numTodoTests,
  };
}

function readIfWritten(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A green exit code alone proves nothing: tests must have run, and none may have been left out. */
export function totalsComplaints(totals: Totals, exitCode: number): string[] {
  return [
    ...(totals.passed + totals.failed === 0 ? ['no test ran'] : []),
    ...(totals.skipped > 0 ? [`${totals.skipped} tests were skipped`] : []),
    ...(exitCode !== 0 && totals.failed === 0
      ? [`ended with ${exitCode} though no test failed`]
      : []),
    ...(exitCode === 0 && totals.failed > 0 ? ['ended with 0 though tests failed'] : []),
  ];
}

async function survivorComplaints(run: {
  readonly tag: string;
  readonly sessionId: number;
}): Promise<string[]> {
  const survivors = await survivorsOf(run);
  for (const { pid } of survivors) process.kill(pid, 'SIGKILL');
  return survivors.map(
    ({ pid, command, ports }) =>
      `left process ${pid} running (${command})` +
      (ports.length > 0 ? `, listening on ${ports.join(', ')}` : ''),
  );
}

function folderComplaints(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith('headwater'))
    .map((name) => `left ${name} in the temporary folder`);
}
