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
    Math.max(...cells.map((line) => widthOf(line[index] ?? ''))),
  );
  return cells.map((line) =>
    line
      .map((cell, index) => {
        const padding = ' '.repeat((widths[index] ?? 0) - widthOf(cell));
        return columns[index]?.isNumber === true ? padding + cell : cell + padding;
      })
      .join('  ')
      .trimEnd(),
  );
}

/** Text of a chain may hold characters that would move the cursor or reverse the line. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '·');
}

function widthOf(text: string): number {
  return Array.from(text).length;
}
