import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow, withImports } from '../contracts/imports.js';
import { compileInProcess, type SolcMessage, throwOnErrors } from '../contracts/solc.js';
import { ROOT } from '../run-command.js';
import { type Assertion, assertionsOf, type Engine, furthest, probeOf } from './harness.js';
import { readings, type Texts } from './reading.js';
import type { Solver } from './solver.js';

export type Verdict = 'proved' | 'failed' | 'unknown';

export interface Outcome {
  readonly assertion: Assertion;
  readonly verdict: Verdict;
}

/** One run of the model checker. */
interface Run {
  readonly file: string;
  readonly contracts: readonly string[];
  readonly engine: Engine;
  readonly texts: Texts;
  readonly solver: Solver;
}

const ENGINES: readonly Engine[] = ['chc', 'bmc'];

const FOLDER = 'contracts/test/proofs';
/** Codes of the compiler's messages: safe, for either engine, and violated for sure. */
const SAFE = new Set(['9576', '2961']);
const VIOLATED: Readonly<Record<string, string>> = {
  '6328': 'CHC: Assertion violation happens here',
  '4661': 'BMC: Assertion violation happens here',
};

export function harnessFiles(): readonly string[] {
  return filesBelow(ROOT, FOLDER, 'Proof.sol');
}

/** Those harnesses that a change of `source` could concern. */
export function filesThatUse(source: string): readonly string[] {
  return harnessFiles().filter((file) => withImports(ROOT, [file]).includes(source));
}

/**
 * What becomes of every assertion of a harness.
 *
 * @param changed texts that stand in for what sources hold, by path.
 */
export function prove(file: string, solver: Solver, changed: Texts = {}): readonly Outcome[] {
  return outcomesOf(file, readings(file, changed), solver);
}

/**
 * What becomes of `false` in the place of every assertion in turn, but for those that lie on the
 * way to another. It has to fail: what is never reached holds whatever it says.
 */
export function probe(file: string, solver: Solver): readonly Outcome[] {
  const texts = readings(file, {});
  const assertions = readAssertions(file, texts);
  const source = texts[file] ?? readFileSync(join(ROOT, file), 'utf8');
  return furthest(assertions).flatMap((assertion) => {
    const probed = { ...texts, [file]: probeOf(source, assertions, assertion) };
    return outcomesOf(file, probed, solver);
  });
}

function outcomesOf(file: string, texts: Texts, solver: Solver): readonly Outcome[] {
  const assertions = readAssertions(file, texts);
  const messages = ENGINES.flatMap((engine) => {
    const own = assertions.filter((assertion) => assertion.engine === engine);
    const contracts = [...new Set(own.map(({ contract }) => contract))];
    return contracts.length === 0 ? [] : check({ file, contracts, engine, texts, solver });
  });
  return assertions.map((assertion) => ({ assertion, verdict: verdictOf(assertion, messages) }));
}

/** A violation that may be one, or no message at all, is no proof and no counterexample. */
export function verdictOf(assertion: Assertion, messages: readonly SolcMessage[]): Verdict {
  const about = messages.filter(
    ({ sourceLocation: place }) =>
      place?.file === assertion.file &&
      place.start === assertion.start &&
      place.end === assertion.end,
  );
  const isViolated = about.some(({ errorCode = '', message }) => {
    const sentence = VIOLATED[errorCode];
    return sentence !== undefined && message.startsWith(sentence);
  });
  if (isViolated) return 'failed';
  const isSafe = about.length > 0 && about.every(({ errorCode = '' }) => SAFE.has(errorCode));
  return isSafe ? 'proved' : 'unknown';
}

function readAssertions(file: string, texts: Texts): readonly Assertion[] {
  const output = compileInProcess({
    files: [file],
    settings: { outputSelection: { [file]: { '': ['ast'] } } },
    changed: texts,
  });
  throwOnErrors(output);
  const ast = output.sources?.[file]?.ast;
  if (ast === undefined) throw new Error(`${file}: the compiler gave no syntax tree`);
  return assertionsOf(file, ast, texts[file] ?? readFileSync(join(ROOT, file), 'utf8'));
}

function check({ file, contracts, engine, texts, solver }: Run): readonly SolcMessage[] {
  const output = compileInProcess({
    files: [file],
    settings: {
      modelChecker: {
        contracts: { [file]: contracts },
        engine,
        solvers: ['smtlib2'],
        targets: ['assert'],
        showProvedSafe: true,
        showUnproved: true,
        // Quotient and remainder of one division belong together.
        divModNoSlacks: engine === 'bmc',
      },
    },
    changed: texts,
    solve: (query) => solver.answer(query),
  });
  throwOnErrors(output);
  return output.errors ?? [];
}
