import type { Answer } from './answer.js';

export interface Column {
  readonly title: string;
  readonly value: (row: Answer) => string;
  /** Numbers align right. */
  readonly isNumber?: boolean;
}

/** Lines of an aligned table; two spaces between columns, none at the end. */
export function tableLines(columns: readonly Column[], rows: readonly Answer[]): readonly string[] {
  const cells = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map(({ value }) => printable(value(row)))),
  ];
  const widths = columns.map((_column, index) =>
    Math.max(...cells.map((line) => [...(line[index] ?? '')].length)),
  );
  return cells.map((line) =>
    line
      .map((cell, index) => {
        const padding = ' '.repeat((widths[index] ?? 0) - [...cell].length);
        return columns[index]?.isNumber === true ? padding + cell : cell + padding;
      })
      .join('  ')
      .trimEnd(),
  );
}

/** Text of a chain may hold control characters that would move the cursor of the terminal. */
export function printable(text: string): string {
  // Everything below space, delete, and the second control block.
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '·');
}
