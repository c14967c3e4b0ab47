import { filesBelow } from '../contracts/imports.js';
import { type ForgeOutcome, Workbench } from '../contracts/workbench.js';
import { ROOT } from '../run-command.js';
import { BadBugFile, type BugFile, planted, type SeededBug } from './bug-file.js';

const TIMEOUT_MS = 20 * 60_000;
/** What fails is enough; the shortest way to it would take minutes more. */
const ENVIRONMENT = { FOUNDRY_INVARIANT_SHRINK_RUN_LIMIT: '0' };

export interface Verdict {
  readonly isCaught: boolean;
  /** The assertion that failed, or why the bug proves nothing. */
  readonly detail: string;
  readonly seconds: number;
  /** Calls of the history that caught it: one that is caught by none proves little. */
  readonly calls?: number;
}

/** Everything the suite needs, with the sources as they are. */
export function openSuite({ suite, test }: BugFile): Workbench {
  const files = filesBelow(ROOT, 'contracts/test', '.t.sol').filter((path) =>
    path.startsWith(test),
  );
  if (files.length === 0) throw new BadBugFile(`${suite}: no test below ${test}`);
  return Workbench.create(files);
}

/** @returns What is wrong with the suite before any bug is planted; nothing when it passes. */
export async function runUnchanged(bench: Workbench, seed: string): Promise<string | undefined> {
  const outcome = await run(bench, seed);
  if (outcome.kind !== 'ran') return judge(outcome).detail;
  if (outcome.tests.length === 0) return 'no test ran';
  const failed = outcome.tests.find(({ isPassed }) => !isPassed);
  return failed === undefined ? undefined : `${failed.name} failed: ${failed.reason}`;
}

/** Plants the bug, runs the suite and puts the source back. */
export async function runBug(bench: Workbench, bug: SeededBug, seed: string): Promise<Verdict> {
  const source = bench.read(bug.file);
  bench.write(bug.file, planted(bug, source));
  try {
    return judge(await run(bench, seed));
  } finally {
    bench.write(bug.file, source);
  }
}

function run(bench: Workbench, seed: string): Promise<ForgeOutcome> {
  return bench.test({
    args: ['--fail-fast', '--fuzz-seed', seed],
    env: ENVIRONMENT,
    timeoutMs: TIMEOUT_MS,
  });
}

/** Only a failed test catches a bug: what does not compile or cannot be set up was never tried. */
export function judge(outcome: ForgeOutcome): Verdict {
  if (outcome.kind === 'not compiled') {
    const error = /^Error.*$/m.exec(outcome.output.replace(/^Error: Compiler run failed.*$/m, ''));
    return { isCaught: false, detail: `does not compile: ${error?.[0] ?? '?'}`, seconds: 0 };
  }
  if (outcome.kind === 'timed out') {
    return { isCaught: false, detail: `no answer in ${TIMEOUT_MS / 60_000} minutes`, seconds: 0 };
  }
  const { tests, seconds } = outcome;
  const failed = tests.filter(({ isPassed }) => !isPassed);
  const unset = failed.find(({ name }) => name === 'setUp');
  if (unset !== undefined) {
    return { isCaught: false, detail: `cannot be set up: ${unset.reason}`, seconds };
  }
  const [first] = failed;
  return first === undefined
    ? { isCaught: false, detail: 'MISSED', seconds }
    : {
        isCaught: true,
        detail: `${first.name}: ${first.reason}`,
        seconds,
        ...(first.failedAfter === undefined ? {} : { calls: first.failedAfter }),
      };
}
