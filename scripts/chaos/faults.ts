/** One test as vitest reports it. */
export interface TestOutcome {
  readonly fullName: string;
  readonly title: string;
  readonly status: string;
  readonly failureMessages?: readonly string[] | null;
}

/** A line of the table. */
export interface FaultRow {
  readonly id: string;
  readonly outcome: 'held' | 'failed' | 'skipped';
  /** What was tested, why it was skipped, or the first line of the failure. */
  readonly reason: string;
}

const TITLE = /\b(?:it|describe)\(\s*['"`]([NRCDP]\d+): /g;
const ID = /\b([NRCDP]\d+): /;
const LINE_MAX = 110;

/** Ids of the faults whose specs are in a source text. */
export function faultsIn(source: string): readonly string[] {
  return [...new Set([...source.matchAll(TITLE)].flatMap((match) => match[1] ?? []))];
}

/** One row for each fault, in the order of ids; a fault holds when all of its tests do. */
export function rowsOf(
  outcomes: readonly TestOutcome[],
  only: readonly string[] | undefined,
): readonly FaultRow[] {
  const tests = new Map<string, TestOutcome[]>();
  for (const outcome of outcomes) {
    const id = ID.exec(outcome.fullName)?.[1];
    if (id === undefined || !(only?.includes(id) ?? true)) continue;
    tests.set(id, [...(tests.get(id) ?? []), outcome]);
  }
  return [...tests]
    .map(([id, own]) => rowOf(id, own))
    .toSorted((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }));
}

function rowOf(id: string, tests: readonly TestOutcome[]): FaultRow {
  const failed = tests.find(({ status }) => status === 'failed');
  if (failed !== undefined) {
    const [message = 'no message'] = failed.failureMessages ?? [];
    return { id, outcome: 'failed', reason: shortened(`${failed.title}: ${message}`) };
  }
  const held = tests.filter(({ status }) => status === 'passed');
  const [first] = held;
  if (first === undefined) {
    const reason = tests[0]?.title.replace(ID, '') ?? '';
    return { id, outcome: 'skipped', reason: shortened(reason) };
  }
  const more = held.length === 1 ? '' : ` (and ${held.length - 1} more)`;
  return { id, outcome: 'held', reason: shortened(first.title.replace(ID, '')) + more };
}

function shortened(text: string): string {
  const [line = ''] = text.split('\n');
  return line.length <= LINE_MAX ? line : `${line.slice(0, LINE_MAX - 1)}…`;
}
