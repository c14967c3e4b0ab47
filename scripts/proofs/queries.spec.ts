import { describe, expect, it } from 'vitest';
import { answerOf, prepared } from './queries.js';

const cast = '(bv2nat (ite (>= a_1 0) ((_ int2bv 8) a_1) (bvneg ((_ int2bv 8) (- a_1)))))';

describe('prepared', () => {
  it('writes a cast as a remainder and bounds steps instead of time', () => {
    expect(prepared(`(set-option :timeout 9)\n(assert (= b ${cast}))\n(check-sat)`, 7)).toBe(
      '(set-option :rlimit 7)\n' +
        '(assert (= b (ite (and (<= 0 a_1) (< a_1 256)) a_1 (mod a_1 256))))\n' +
        '(check-sat-using (then simplify propagate-values solve-eqs smt))',
    );
  });

  it('leaves a cast of anything but one term as it is', () => {
    const other = cast.replace('(- a_1)', '(- a_2)');
    expect(prepared(`(assert (= b ${other}))`, 7)).toContain(other);
  });

  it('gives Horn clauses the options of their engine, and no tactic', () => {
    const lines = prepared('(set-logic HORN)\n(check-sat)', 7).split('\n');
    expect(lines).toEqual([
      '(set-option :rlimit 7)',
      '(set-option :rewriter.pull_cheap_ite true)',
      '(set-option :fp.spacer.q3.use_qgen true)',
      '(set-option :fp.spacer.mbqi false)',
      '(set-option :fp.spacer.ground_pobs false)',
      '(set-logic HORN)',
      '(check-sat)',
    ]);
  });
});

describe('answerOf', () => {
  it.each([
    ['sat\n((a 1))', 'sat'],
    ['unsat\n(error "no model")', 'unsat'],
    ['(error "line 1")\nunsat', 'unknown'],
    ['', 'unknown'],
  ])('reads %j as %s', (output, answer) => {
    expect(answerOf(output)).toBe(answer);
  });
});
