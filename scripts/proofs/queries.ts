/**
 * A cast to a type of N bits as the compiler writes it: into bits and back, which a solver of
 * integers cannot follow.
 */
const CAST =
  /\(bv2nat \(ite \(>= (\w+) 0\) \(\(_ int2bv (\d+)\) \1\) \(bvneg \(\(_ int2bv \2\) \(- \1\)\)\)\)\)/g;
const TIMEOUT = /\(set-option :timeout \d+\)\n?/;
/** Of Horn clauses; the compiler gives the same to a solver that it runs by itself. */
const HORN_OPTIONS = [
  'rewriter.pull_cheap_ite true',
  'fp.spacer.q3.use_qgen true',
  'fp.spacer.mbqi false',
  'fp.spacer.ground_pobs false',
];
/** Of single formulas: equations go first. */
const TACTIC = '(then simplify propagate-values solve-eqs smt)';

export type Answer = 'sat' | 'unsat' | 'unknown';

/**
 * The query as our solver gets it. Work is bounded by steps and not by time, so that the outcome
 * does not depend on the machine.
 */
export function prepared(query: string, steps: number): string {
  const plain = query.replace(TIMEOUT, '').replace(CAST, (_, term: string, bits: string) => {
    const modulus = (2n ** BigInt(bits)).toString();
    return `(ite (and (<= 0 ${term}) (< ${term} ${modulus})) ${term} (mod ${term} ${modulus}))`;
  });
  const limit = `(set-option :rlimit ${steps})\n`;
  if (!isHorn(query)) return limit + plain.replace('(check-sat)', `(check-sat-using ${TACTIC})`);
  return limit + HORN_OPTIONS.map((option) => `(set-option :${option})\n`).join('') + plain;
}

export function isHorn(query: string): boolean {
  return query.includes('(set-logic HORN)');
}

/** The first line decides; whatever is no answer decides nothing. */
export function answerOf(output: string): Answer {
  const [first = ''] = output.trimStart().split('\n');
  return first === 'sat' || first === 'unsat' ? first : 'unknown';
}
