import type { TestResult } from '../contracts/forge-report.js';

/** A function of a handler, over all campaigns of its suite. */
export interface HandlerFunction {
  /** `Handler.function`. */
  readonly name: string;
  readonly calls: number;
  /** How many of the counted calls changed the system; unknown when nothing was counted. */
  readonly effects: { readonly counted: number; readonly changed: number } | undefined;
}

/** A function must change the system in at least this share of its calls. */
const EFFECT_SHARE_MIN = 0.05;

/** Selector by `function(types)`, of a compiled handler. */
type SelectorsOf = (artifact: string) => Readonly<Record<string, string>>;

/** The last line of every key: each line of the report already holds the sums so far. */
export function readSums(
  report: string,
): ReadonlyMap<string, { counted: number; changed: number }> {
  return new Map(
    report
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [key = '', counted, changed] = line.split(' ');
        return [key, { counted: Number(counted), changed: Number(changed) }];
      }),
  );
}

/** Joins what forge counted with what the handlers counted of themselves. */
export function handlerFunctions(options: {
  readonly tests: readonly TestResult[];
  readonly sums: ReturnType<typeof readSums>;
  readonly selectorsOf: SelectorsOf;
}): readonly HandlerFunction[] {
  const calls = new Map<string, number>();
  for (const { campaign } of options.tests) {
    for (const [path, metrics] of Object.entries(campaign?.functions ?? {})) {
      calls.set(path, (calls.get(path) ?? 0) + metrics.calls);
    }
  }
  return [...calls]
    .map(([path, count]) => {
      const [, contract = '', name = ''] = /([^:/]+)\.([^.]+)$/.exec(path) ?? [];
      const artifact = path.slice(0, path.lastIndexOf('.'));
      const selector = Object.entries(options.selectorsOf(artifact)).find(
        ([signature]) => signature.split('(')[0] === name,
      )?.[1];
      return {
        name: `${contract}.${name}`,
        calls: count,
        effects: options.sums.get(`${contract}_0x${selector ?? ''}`),
      };
    })
    .toSorted((a, b) => shareOf(a) - shareOf(b) || a.name.localeCompare(b.name));
}

/** Share of the counted calls that changed the system; 0 when nothing was counted. */
export function shareOf({ effects }: HandlerFunction): number {
  return effects === undefined || effects.counted === 0 ? 0 : effects.changed / effects.counted;
}

/** What is wrong with the handlers; nothing when each function does what it is there for. */
export function effectProblems(functions: readonly HandlerFunction[]): readonly string[] {
  if (functions.length === 0) return ['no handler was called'];
  return functions.flatMap((handler) => {
    if (handler.effects === undefined) return [`${handler.name} does not count its effects`];
    const { counted, changed } = handler.effects;
    return shareOf(handler) >= EFFECT_SHARE_MIN
      ? []
      : [`${handler.name} changed the system in ${changed} of ${counted} calls, less than 5 %`];
  });
}
