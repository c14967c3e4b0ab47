/**
 * Proves the assertions of `contracts/test/proofs` with the compiler's model checker, for every
 * input: `npm run prove [-- assertions|bugs]…`. Then plants every bug of
 * `contracts/test/proofs/bugs.json` into the text of its source and expects a counterexample. What
 * cannot be decided counts as failed.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Assertion } from './proofs/harness.js';
import { filesThatUse, harnessFiles, prove } from './proofs/prove.js';
import { Solvers } from './proofs/solver.js';
import { ROOT } from './run-command.js';
import { planted, readBugFile } from './seeded/bug-file.js';

const BUGS = 'contracts/test/proofs/bugs.json';
const SOLVERS = 2;

/** How many held and how many did not. */
type Tally = readonly [passed: number, failed: number];

function nameOf({ contract, name, line }: Assertion): string {
  return `${contract}.${name}:${line}`;
}

function print(isRight: boolean, text: string): void {
  process.stdout.write(`${isRight ? 'ok  ' : 'FAIL'} ${text}\n`);
}

async function assertions(solvers: Solvers): Promise<Tally> {
  const outcomes = await prove({ files: harnessFiles(), solvers });
  for (const { assertion, verdict } of outcomes) {
    const ids = assertion.properties.join(', ');
    print(verdict === 'proved', `${verdict} ${nameOf(assertion)} (${assertion.engine}) ${ids}`);
  }
  const proved = outcomes.filter(({ verdict }) => verdict === 'proved').length;
  return [proved, Math.max(outcomes.length - proved, outcomes.length === 0 ? 1 : 0)];
}

async function bugs(solvers: Solvers): Promise<Tally> {
  const file = readBugFile(BUGS);
  const before = await prove({ files: harnessFiles(), solvers });
  const held = new Set(
    before.filter(({ verdict }) => verdict === 'proved').map(({ assertion }) => nameOf(assertion)),
  );
  let found = 0;
  for (const bug of file.bugs) {
    const source = readFileSync(join(ROOT, bug.file), 'utf8');
    const outcomes = await prove({
      files: filesThatUse(bug.file),
      solvers,
      changed: { [bug.file]: planted(bug, source) },
    });
    const first = outcomes.find(
      ({ assertion, verdict }) => verdict === 'failed' && held.has(nameOf(assertion)),
    );
    if (first !== undefined) found += 1;
    const by = first === undefined ? 'MISSED' : `refuted at ${nameOf(first.assertion)}`;
    print(first !== undefined, `bug / ${bug.name}: ${by}`);
  }
  process.stdout.write(`bugs ${found}/${file.bugs.length} found\n`);
  return [found, file.bugs.length - found];
}

const STEPS = { assertions, bugs };
const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !(name in STEPS));
if (unknown.length > 0) {
  process.stderr.write(`usage: npm run prove -- [assertions|bugs]…, got "${unknown.join(' ')}"\n`);
  process.exit(2);
}
const solvers = await Solvers.open(SOLVERS);
let passed = 0;
let failed = 0;
for (const [name, step] of Object.entries(STEPS)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const startedAt = performance.now();
  const [right, wrong] = await step(solvers);
  passed += right;
  failed += wrong;
  process.stdout.write(`${name}: ${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`);
}
await solvers.close();
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
