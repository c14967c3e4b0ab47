import { init, killThreads } from 'z3-solver';
import { inParallel } from '../contracts/in-parallel.js';
import { answerOf, prepared } from './queries.js';

type Z3 = Awaited<ReturnType<typeof init>>;

/** Seconds at worst. */
const STEPS = 20_000_000;

/** Solvers of this process, each of which works on one query at a time. */
export class Solvers {
  readonly #answers = new Map<string, string>();

  private constructor(private readonly crew: readonly Z3[]) {}

  static async open(count: number): Promise<Solvers> {
    return new Solvers(await Promise.all(Array.from({ length: count }, () => init())));
  }

  /** Answers of the solver by the keys of the queries, as the compiler wants to read them. */
  async answer(queries: Readonly<Record<string, string>>): Promise<Record<string, string>> {
    const answers: Record<string, string> = {};
    await inParallel(Object.entries(queries), this.crew, async ([key, query], z3) => {
      const known = this.#answers.get(query) ?? (await ask(z3, query));
      this.#answers.set(query, known);
      answers[key] = known;
    });
    return answers;
  }

  async close(): Promise<void> {
    for (const { em } of this.crew) await killThreads(em);
  }
}

async function ask({ Z3 }: Z3, query: string): Promise<string> {
  const config = Z3.mk_config();
  const context = Z3.mk_context(config);
  Z3.del_config(config);
  try {
    const output = await Z3.eval_smtlib2_string(context, prepared(query, STEPS));
    // The compiler would take an error message for an answer it cannot read.
    const answer = answerOf(output);
    return answer === 'sat' || query.includes('(set-logic HORN)') ? output : `${answer}\n`;
  } finally {
    Z3.del_context(context);
  }
}
