import { filesBelow } from '../contracts/imports.js';
import { type ForgeOutcome, Workbench } from '../contracts/workbench.js';
import { ROOT } from '../run-command.js';
import type { Fate } from './report.js';

/** Cheapest first: most mutants die of a unit test within two seconds. */
const STAGES: readonly { readonly name: string; readonly isIn: (path: string) => boolean }[] = [
  { name: 'unit', isIn: (path) => path.startsWith('contracts/test/unit/') },
  { name: 'other', isIn: (path) => !/^contracts\/test\/(unit|invariant)\//.test(path) },
  { name: 'invariant', isIn: (path) => path.startsWith('contracts/test/invariant/') },
];
/** Gas, size and the canary say nothing about what unoptimized code does. */
const LEFT_OUT = /^contracts\/test\/(gas\/|proofs\/|unit\/Sizes|Canary)/;
/** Random inputs are the same for every mutant; `[profile.quick]` says how many there are. */
const ARGS = ['--fail-fast', '--fuzz-seed', '1'];
const ENVIRONMENT = { FOUNDRY_PROFILE: 'quick', FOUNDRY_INVARIANT_SHRINK_RUN_LIMIT: '0' };
const BASELINE_TIMEOUT_MS = 30 * 60_000;
/**
 * A mutant that needs so many times longer than the original runs in a circle. A busy machine is
 * slower than the one the original was timed on, and what it kills by mistake counts as killed.
 */
const PATIENCE = 10;
const PATIENCE_MS = 15 * 60_000;

interface Stage {
  readonly bench: Workbench;
  readonly timeoutMs: number;
}

/** One copy of the contracts a stage; runs one mutant at a time. */
export class Stages {
  private constructor(private readonly stages: readonly Stage[]) {}

  /** @throws when a test fails without a mutant. */
  static async open(say: (line: string) => void): Promise<Stages> {
    const tests = filesBelow(ROOT, 'contracts/test', '.t.sol').filter(
      (path) => !LEFT_OUT.test(path),
    );
    const stages: Stage[] = [];
    for (const { name, isIn } of STAGES) {
      const files = tests.filter((path) => isIn(path));
      if (files.length === 0) continue;
      const bench = Workbench.create(files);
      stages.push({ bench, timeoutMs: BASELINE_TIMEOUT_MS });
      await runBaseline(bench, name);
      const again = await runBaseline(bench, name);
      stages.splice(-1, 1, { bench, timeoutMs: again.seconds * 1000 * PATIENCE + PATIENCE_MS });
      say(`${name}: ${again.count} tests pass in ${again.seconds.toFixed(1)} s`);
    }
    return new Stages(stages);
  }

  clone(): Stages {
    return new Stages(this.stages.map((stage) => ({ ...stage, bench: stage.bench.clone() })));
  }

  /** Tries the changed source until a test fails, and puts the original back. */
  async run(file: string, text: string): Promise<{ readonly fate: Fate; readonly by: string }> {
    for (const { bench, timeoutMs } of this.stages) {
      const original = bench.read(file);
      bench.write(file, text);
      try {
        const outcome = await bench.test({ args: ARGS, env: ENVIRONMENT, timeoutMs });
        const fate = fateOf(outcome);
        if (fate.fate !== 'survived') return fate;
      } finally {
        bench.write(file, original);
      }
    }
    return { fate: 'survived', by: '' };
  }

  close(): void {
    for (const { bench } of this.stages) bench.close();
  }
}

async function runBaseline(
  bench: Workbench,
  name: string,
): Promise<{ readonly seconds: number; readonly count: number }> {
  const outcome = await bench.test({
    args: ARGS,
    env: ENVIRONMENT,
    timeoutMs: BASELINE_TIMEOUT_MS,
  });
  if (outcome.kind !== 'ran') {
    const detail = outcome.kind === 'not compiled' ? `: ${outcome.output}` : '';
    throw new Error(`${name}: the tests did not run without a mutant${detail}`);
  }
  const failed = outcome.tests.find(({ isPassed }) => !isPassed);
  if (failed !== undefined) {
    throw new Error(`${name}: ${failed.name} fails without a mutant: ${failed.reason}`);
  }
  return { seconds: outcome.seconds, count: outcome.tests.length };
}

function fateOf(outcome: ForgeOutcome): { readonly fate: Fate; readonly by: string } {
  if (outcome.kind === 'not compiled') return { fate: 'not compiled', by: '' };
  if (outcome.kind === 'timed out') return { fate: 'killed', by: 'time is up' };
  const failed = outcome.tests.find(({ isPassed }) => !isPassed);
  if (failed === undefined) return { fate: 'survived', by: '' };
  return { fate: 'killed', by: `${failed.contract.split(':').at(-1) ?? ''}.${failed.name}` };
}
