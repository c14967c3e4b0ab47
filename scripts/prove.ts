/**
 * Proves the assertions of `contracts/test/proofs` with the compiler's model checker, for every
 * input: `npm run prove [-- assertions|reached|bugs]…`. Then expects that each of them is reached
 * and, with every bug of `contracts/test/proofs/bugs.json` in the text of its source, a
 * counterexample. What cannot be decided counts as failed.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Assertion } from './proofs/harness.js';
import { filesThatUse, harnessFiles, probe, prove } from './proofs/prove.js';
import { Solver } from './proofs/solver.js';
import { ROOT } from './run-command.js';
import { planted, readBugFile } from './seeded/bug-file.js';

const BUGS = 'contracts/test/proofs/bugs.json';

/** How many held and how many did not. */
type Tally = readonly [passed: number, failed: number];

function nameOf({ contract, name, line }: Assertion): string {
  return `${contract}.${name}:${line}`;
}

function print(isRight: boolean, text: string): boolean {
  process.stdout.write(`${isRight ? 'ok  ' : 'FAIL'} ${text}\n`);
  return isRight;
}

function assertions(solver: Solver): Tally {
  return tallied(harnessFiles(), (file) =>
    prove(file, solver).map(({ assertion, verdict }) => {
      const ids = assertion.properties.join(', ');
      const text = `${verdict} ${nameOf(assertion)} (${assertion.engine}) ${ids}`;
      return print(verdict === 'proved', text);
    }),
  );
}

function reached(solver: Solver): Tally {
  return tallied(harnessFiles(), (file) =>
    probe(file, solver).map(({ assertion, verdict }) => {
      const result = { failed: 'reached', proved: 'NEVER REACHED', unknown: 'unknown' }[verdict];
      return print(verdict === 'failed', `${result} ${nameOf(assertion)}`);
    }),
  );
}

function bugs(solver: Solver): Tally {
  return tallied(readBugFile(BUGS).bugs, (bug) => {
    const source = readFileSync(join(ROOT, bug.file), 'utf8');
    const changed = { [bug.file]: planted(bug, source) };
    for (const file of filesThatUse(bug.file)) {
      const before = prove(file, solver);
      const held = before
        .filter(({ verdict }) => verdict === 'proved')
        .map(({ assertion }) => nameOf(assertion));
      const first = prove(file, solver, changed).find(
        ({ assertion, verdict }) => verdict === 'failed' && held.includes(nameOf(assertion)),
      );
      if (first === undefined) continue;
      return [print(true, `bug / ${bug.name}: refuted at ${nameOf(first.assertion)}`)];
    }
    return [print(false, `bug / ${bug.name}: MISSED`)];
  });
}

/** How many are right; where there is nothing to look at, nothing is. */
function tallied<T>(items: readonly T[], look: (item: T) => readonly boolean[]): Tally {
  const results = items.flatMap(look);
  const right = results.filter((isRight) => isRight).length;
  return [right, results.length === 0 ? 1 : results.length - right];
}

const STEPS = { assertions, reached, bugs };
const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !(name in STEPS));
if (unknown.length > 0) {
  process.stderr.write(
    `usage: npm run prove -- [assertions|reached|bugs]…, got "${unknown.join(' ')}"\n`,
  );
  process.exit(2);
}
const solver = await Solver.open();
let passed = 0;
let failed = 0;
for (const [name, step] of Object.entries(STEPS)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const startedAt = performance.now();
  const [right, wrong] = step(solver);
  passed += right;
  failed += wrong;
  process.stdout.write(`${name}: ${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`);
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
