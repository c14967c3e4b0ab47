import type { Answer } from './answer.js';
import { type Column, printable, tableLines } from './table.js';

/** Where text goes; the terminal in production. */
export interface Sink {
  readonly isTty: boolean;
  write(text: string): unknown;
}

const BOLD = '\u001b[1m';
const RESET = '\u001b[0m';

/** Prints answers for people, or as one JSON document when asked for. */
export class Output {
  constructor(
    private readonly sink: Sink,
    readonly isJson: boolean,
  ) {}

  line(text = ''): void {
    this.sink.write(`${printable(text)}\n`);
  }

  /** Text of a format of its own, as it is. */
  text(text: string): void {
    this.sink.write(text);
  }

  json(value: unknown): void {
    this.sink.write(`${JSON.stringify(value, null, 2)}\n`);
  }

  /** A table, or `empty` when there is no row. */
  table(columns: readonly Column[], rows: readonly Answer[], empty: string): void {
    if (rows.length === 0) {
      this.line(empty);
      return;
    }
    const [header = '', ...body] = tableLines(columns, rows);
    this.sink.write(this.sink.isTty ? `${BOLD}${header}${RESET}\n` : `${header}\n`);
    for (const line of body) this.line(line);
  }

  /** `name  value` lines with the values aligned. */
  facts(facts: readonly (readonly [string, string])[]): void {
    const width = Math.max(...facts.map(([name]) => name.length));
    for (const [name, value] of facts) this.line(`${name.padEnd(width)}  ${value}`);
  }
}
