import { expect, it } from 'vitest';
import { Answer } from './answer.js';
import { Output } from './output.js';
import { type Column, printable, tableLines } from './table.js';

const columns: readonly Column[] = [
  { title: 'NAME', value: (row) => row.text('name') ?? '—' },
  { title: 'COUNT', value: (row) => String(row.count('count') ?? '—'), isNumber: true },
];
const rows = [Answer.of({ name: 'alpha', count: 7 }), Answer.of({ name: null, count: 12_345 })];

function written(lines: readonly Answer[], { isTty }: { isTty: boolean }): string {
  const parts: string[] = [];
  new Output({ isTty, write: (text) => parts.push(text) }, false).table(columns, lines, 'none');
  return parts.join('');
}

it('aligns text left and numbers right', () => {
  expect(tableLines(columns, rows)).toEqual(['NAME   COUNT', 'alpha      7', '—      12345']);
});

it('shows control characters of chain text as dots', () => {
  expect(printable('a\u001b[2Jb\nc\u202ed')).toBe('a·[2Jb·c·d');
});

it('writes no escape sequence unless the output is a terminal', () => {
  expect(written(rows, { isTty: false })).toBe('NAME   COUNT\nalpha      7\n—      12345\n');
  expect(written(rows, { isTty: true })).toBe(
    '\u001b[1mNAME   COUNT\u001b[0m\nalpha      7\n—      12345\n',
  );
});

it('says so when there is no row', () => {
  expect(written([], { isTty: false })).toBe('none\n');
});
