/** What `forge test --json` prints, reduced to what our tools ask about. */
export interface TestResult {
  /** `path:Contract`. */
  readonly contract: string;
  /** Name without its parameters; `setUp` when the contract could not be set up. */
  readonly name: string;
  readonly isPassed: boolean;
  /** Why it failed, on one line; empty for a test that passed. */
  readonly reason: string;
  /** Of a stateful test only. */
  readonly campaign?: Campaign;
  /** Calls of the history in which a stateful test failed; 0 right after the set-up. */
  readonly failedAfter?: number;
}

export interface Campaign {
  readonly calls: number;
  readonly reverts: number;
  /** By `path:Contract.function` of the handler. */
  readonly functions: Readonly<Record<string, { readonly calls: number }>>;
}

interface RawTest {
  readonly status: string;
  readonly reason: string | null;
  readonly counterexample?: { readonly Sequence?: readonly [number, readonly unknown[]] } | null;
  readonly kind: {
    readonly Invariant?: {
      readonly calls: number;
      readonly reverts: number;
      readonly metrics: Campaign['functions'];
    };
  };
}

type RawReport = Readonly<
  Record<string, { readonly test_results: Readonly<Record<string, RawTest>> }>
>;

/** Nothing when the text is no report, which is what a failed compilation looks like. */
export function readForgeReport(text: string): readonly TestResult[] | undefined {
  const start = text.indexOf('{');
  if (start < 0) return undefined;
  const report = JSON.parse(text.slice(start)) as RawReport;
  return Object.entries(report).flatMap(([contract, { test_results: tests }]) =>
    Object.entries(tests).map(([signature, test]) => toResult(contract, signature, test)),
  );
}

function toResult(contract: string, signature: string, test: RawTest): TestResult {
  const { Invariant: stateful } = test.kind;
  const isFailedHistory = stateful !== undefined && test.status !== 'Success';
  return {
    contract,
    name: signature.replace(/\(.*$/s, ''),
    isPassed: test.status === 'Success',
    reason: test.status === 'Success' ? '' : (test.reason ?? 'no reason given').split('\n').join(' '),
    ...(stateful === undefined
      ? {}
      : {
          campaign: {
            calls: stateful.calls,
            reverts: stateful.reverts,
            functions: stateful.metrics,
          },
        }),
    ...(isFailedHistory ? { failedAfter: test.counterexample?.Sequence?.[1].length ?? 0 } : {}),
  };
}
