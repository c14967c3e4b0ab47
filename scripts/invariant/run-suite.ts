import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readForgeReport, type TestResult } from '../contracts/forge-report.js';
import { foundryBinary } from '../foundry-binary.js';
import { ROOT, runCommand } from '../run-command.js';
import { effectProblems, type HandlerFunction, handlerFunctions, readSums } from './effects.js';

/** The stateful suites and the names of their test contracts. */
export const SUITES: Readonly<Record<string, string>> = {
  farm: '^Farms?Invariant',
  'hub-and-spoke': '^EmissionInvariant',
  bridge: '^BridgeInvariant',
  governance: '^GovernanceInvariant',
  system: '^SystemInvariant',
};

/** The one place below the repository that the tests may write to. */
const EFFECTS_FOLDER = 'contracts/cache/effects';
const TIMEOUT_MS = 6 * 3_600_000;

export interface SuiteRun {
  readonly calls: number;
  readonly reverts: number;
  readonly seconds: number;
  readonly functions: readonly HandlerFunction[];
  readonly problems: readonly string[];
}

export async function runInvariants(options: {
  readonly suite: string;
  readonly pattern: string;
  readonly isDeep: boolean;
  readonly seed: string;
}): Promise<SuiteRun> {
  const { suite, pattern, isDeep, seed } = options;
  mkdirSync(join(ROOT, EFFECTS_FOLDER), { recursive: true });
  const sumsFile = join(EFFECTS_FOLDER, `${suite}-${process.pid}.txt`);
  const reportFile = join(ROOT, EFFECTS_FOLDER, `${suite}-${process.pid}.json`);
  const startedAt = performance.now();
  try {
    const { output } = await runCommand({
      argv: [
        foundryBinary('forge'),
        'test',
        '--json',
        '--match-contract',
        pattern,
        '--fuzz-seed',
        seed,
      ],
      env: { HEADWATER_EFFECTS_FILE: sumsFile, ...(isDeep ? { FOUNDRY_PROFILE: 'deep' } : {}) },
      timeoutMs: TIMEOUT_MS,
      isEchoed: false,
      stdoutFile: reportFile,
    });
    const seconds = (performance.now() - startedAt) / 1000;
    const stdout = readFileSync(reportFile, 'utf8');
    const tests = readForgeReport(stdout);
    if (tests === undefined) return unrun(`${output}${stdout}`, seconds);
    const sums = existsSync(join(ROOT, sumsFile)) ? readFileSync(join(ROOT, sumsFile), 'utf8') : '';
    return toRun(tests, sums, seconds);
  } finally {
    rmSync(join(ROOT, sumsFile), { force: true });
    rmSync(reportFile, { force: true });
  }
}

function unrun(output: string, seconds: number): SuiteRun {
  const problems = [`did not run: ${output.trim()}`];
  return { calls: 0, reverts: 0, seconds, functions: [], problems };
}

function toRun(tests: readonly TestResult[], sums: string, seconds: number): SuiteRun {
  if (tests.length === 0) return unrun('no test', seconds);
  const functions = handlerFunctions({ tests, sums: readSums(sums), selectorsOf });
  const sumOf = (count: (test: TestResult) => number | undefined): number =>
    tests.reduce((sum, test) => sum + (count(test) ?? 0), 0);
  const failed = tests.filter(({ isPassed }) => !isPassed);
  return {
    calls: sumOf(({ campaign }) => campaign?.calls),
    reverts: sumOf(({ campaign }) => campaign?.reverts),
    seconds,
    functions,
    problems: [
      ...failed.map(({ contract, name, reason }) => `${contract} ${name}: ${reason}`),
      ...effectProblems(functions),
    ],
  };
}

/** `contracts/test/invariant/FarmHandler.sol:FarmHandler` as compiled. */
function selectorsOf(artifact: string): Readonly<Record<string, string>> {
  const [path = '', contract = ''] = artifact.split(':');
  const file = join(ROOT, 'contracts/out', basename(path), `${contract}.json`);
  const { methodIdentifiers } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly methodIdentifiers: Readonly<Record<string, string>>;
  };
  return methodIdentifiers;
}
