/** What the tests reached of one source file. */
export interface FileCoverage {
  readonly file: string;
  readonly lineCount: number;
  readonly branchCount: number;
  /** Lines that no test reached, in order. */
  readonly missedLines: readonly number[];
  /** Lines that hold a branch no test took; one line may stand here several times. */
  readonly missedBranches: readonly number[];
}

/** Reads a report in the format of lcov: `SF` opens a file, `DA` is a line, `BRDA` a branch. */
export function readLcov(text: string): readonly FileCoverage[] {
  return text
    .split('end_of_record')
    .map((record) => record.trim().split('\n'))
    .filter((lines) => lines.some((line) => line.startsWith('SF:')))
    .map((lines) => {
      const hits = entriesOf(lines, 'DA:').map(([line = '', count = '']) => ({ line, count }));
      const branches = entriesOf(lines, 'BRDA:').map(([line = '', , , count = '']) => ({
        line,
        count,
      }));
      return {
        file: entriesOf(lines, 'SF:')[0]?.join(',') ?? '',
        lineCount: hits.length,
        branchCount: branches.length,
        missedLines: missed(hits),
        missedBranches: missed(branches),
      };
    });
}

function entriesOf(lines: readonly string[], prefix: string): string[][] {
  return lines
    .filter((line) => line.startsWith(prefix))
    .map((line) => line.slice(prefix.length).split(','));
}

/** A branch whose condition was never reached counts `-` times. */
function missed(entries: readonly { readonly line: string; readonly count: string }[]): number[] {
  return entries
    .filter(({ count }) => count === '0' || count === '-')
    .map(({ line }) => Number(line))
    .toSorted((a, b) => a - b);
}

export interface Shares {
  readonly lines: number;
  readonly branches: number;
}

/** Over all files together; 1 where there is nothing to reach. */
export function sharesOf(files: readonly FileCoverage[]): Shares {
  const sum = (count: (file: FileCoverage) => number): number =>
    files.reduce((total, file) => total + count(file), 0);
  const share = (all: number, missing: number): number => (all === 0 ? 1 : 1 - missing / all);
  return {
    lines: share(
      sum(({ lineCount }) => lineCount),
      sum(({ missedLines }) => missedLines.length),
    ),
    branches: share(
      sum(({ branchCount }) => branchCount),
      sum(({ missedBranches }) => missedBranches.length),
    ),
  };
}
