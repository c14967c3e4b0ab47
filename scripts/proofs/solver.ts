import { init } from 'z3-solver';
import { answerOf, isHorn, prepared } from './queries.js';

type Z3 = Awaited<ReturnType<typeof init>>;
type Call = (
  ...call: [name: string, result: 'string', types: string[], values: unknown[]]
) => string;

/** About a minute at worst. */
const STEPS = 20_000_000;

/**
 * A solver of this process. It answers at once, because the compiler cannot wait for a promise; to
 * collect its questions first and to compile again with the answers is no way, since the compiler
 * words some of its questions anew by what it was answered before.
 */
export class Solver {
  readonly #answers = new Map<string, string>();

  private constructor(private readonly z3: Z3) {}

  static async open(): Promise<Solver> {
    return new Solver(await init());
  }

  /** The answer as the compiler wants to read it. */
  answer(query: string): string {
    const answer = this.#answers.get(query) ?? this.#ask(query);
    this.#answers.set(query, answer);
    return answer;
  }

  #ask(query: string): string {
    const { Z3, em } = this.z3;
    const config = Z3.mk_config();
    const context = Z3.mk_context(config);
    Z3.del_config(config);
    try {
      const call = em.ccall as Call;
      const values = [context, prepared(query, STEPS)];
      const output = call('Z3_eval_smtlib2_string', 'string', ['number', 'string'], values);
      // The compiler would take an error message for an answer it cannot read.
      const answer = answerOf(output);
      return answer === 'sat' || isHorn(query) ? output : `${answer}\n`;
    } finally {
      Z3.del_context(context);
    }
  }
}
