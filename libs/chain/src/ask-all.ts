import { RetryableError } from '#kernel';

/** How long slower ones are waited for once enough have answered. */
const GRACE_MS = 250;

/** Who answered what, and why one of the others did not. */
interface Answers<Node, Value> {
  readonly answers: readonly { readonly node: Node; readonly value: Value }[];
  readonly failure: RetryableError | undefined;
}

/**
 * Asks all nodes at once, and returns when all have answered or failed, or a moment after enough
 * have answered: one that hangs holds nobody up.
 */
export async function askAll<Node, Value>(options: {
  readonly nodes: readonly Node[];
  readonly enough: number;
  readonly question: (node: Node) => Promise<Value>;
}): Promise<Answers<Node, Value>> {
  const { nodes, enough, question } = options;
  const answers: { readonly node: Node; readonly value: Value }[] = [];
  let failure: RetryableError | undefined;
  const graces: NodeJS.Timeout[] = [];
  const enoughAnswered = new Promise<void>((resolve, reject) => {
    const askOne = async (node: Node): Promise<void> => {
      try {
        answers.push({ node, value: await question(node) });
        if (answers.length === enough) graces.push(setTimeout(() => resolve(), GRACE_MS));
      } catch (error) {
        if (!(error instanceof RetryableError)) throw error;
        failure ??= error;
      }
    };
    Promise.all(nodes.map(askOne)).then(() => resolve(), reject);
  });
  await enoughAnswered;
  for (const grace of graces) clearTimeout(grace);
  return { answers: [...answers], failure };
}
