import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow, withImports } from '../contracts/imports.js';
import {
  compileInProcess,
  type SolcMessage,
  type SolcOutput,
  throwOnErrors,
} from '../contracts/solc.js';
import { ROOT } from '../run-command.js';
import { type Assertion, assertionsOf, type Engine } from './harness.js';
import type { Solvers } from './solver.js';

export type Verdict = 'proved' | 'failed' | 'unknown';

export interface Outcome {
  readonly assertion: Assertion;
  readonly verdict: Verdict;
}

type Texts = Readonly<Record<string, string>>;

/** One run of the model checker. */
interface Run {
  readonly file: string;
  readonly contracts: readonly string[];
  readonly engine: Engine;
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
  return filesBelow(ROOT, FOLDER, '.sol');
}

/** Those harnesses that a change of `source` could concern. */
export function filesThatUse(source: string): readonly string[] {
  return harnessFiles().filter((file) => withImports(ROOT, [file]).includes(source));
}

/** What becomes of every assertion of the files. */
export async function prove(options: {
  readonly files: readonly string[];
  readonly solvers: Solvers;
  /** Texts that stand in for what sources hold, by path. */
  readonly changed?: Texts;
}): Promise<readonly Outcome[]> {
  const { files, solvers, changed = {} } = options;
  const assertions = files.flatMap((file) => readAssertions(file, changed));
  const runs = files
    .flatMap((file) =>
      ENGINES.map((engine): Run => ({
        file,
        contracts: contractsOf(assertions, file, engine),
        engine,
      })),
    )
    .filter(({ contracts }) => contracts.length > 0);
  const queries = runs.map((run) => checked(run, changed).auxiliaryInputRequested?.smtlib2queries);
  const answers = await solvers.answer(Object.assign({}, ...queries) as Texts);
  // Only the second time it can tell what its questions were about.
  const messages = runs.flatMap((run) => checked(run, changed, answers).errors ?? []);
  return assertions.map((assertion) => ({
    assertion,
    verdict: verdictOf(assertion, messages),
  }));
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

function readAssertions(file: string, changed: Texts): readonly Assertion[] {
  const output = compileInProcess({
    files: [file],
    settings: { outputSelection: { [file]: { '': ['ast'] } } },
    changed,
  });
  throwOnErrors(output);
  const ast = output.sources?.[file]?.ast;
  if (ast === undefined) throw new Error(`${file}: the compiler gave no syntax tree`);
  return assertionsOf(file, ast, changed[file] ?? readFileSync(join(ROOT, file), 'utf8'));
}

function contractsOf(
  assertions: readonly Assertion[],
  file: string,
  engine: Engine,
): readonly string[] {
  const own = assertions.filter((assertion) => assertion.file === file);
  const names = own.filter((assertion) => assertion.engine === engine);
  return [...new Set(names.map(({ contract }) => contract))];
}

function checked({ file, contracts, engine }: Run, changed: Texts, answers?: Texts): SolcOutput {
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
    changed,
    ...(answers === undefined ? {} : { answers }),
  });
  throwOnErrors(output);
  return output;
}
