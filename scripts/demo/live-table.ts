/** One chain as the live table shows it; null is unknown and shown as a dash. */
export interface ChainRow {
  readonly chain: string;
  readonly head: number | null;
  readonly indexed: number | null;
  readonly finalized: number | null;
  readonly inFlight: number | null;
  readonly driftWei: string | null;
  /** Block the drift was measured at. */
  readonly comparedAt: number | null;
  readonly note: string;
}

const COLUMNS = ['chain', 'head', 'indexed', 'lag', 'final', 'in flight', 'ledger drift', ''];
const EMPTY = '—';

function cells(row: ChainRow): readonly string[] {
  const lag = row.head === null || row.indexed === null ? null : row.head - row.indexed;
  const shown = (value: number | string | null) => (value === null ? EMPTY : String(value));
  return [
    row.chain,
    shown(row.head),
    shown(row.indexed),
    shown(lag),
    shown(row.finalized),
    shown(row.inFlight),
    row.driftWei === null ? EMPTY : `${row.driftWei} wei at ${shown(row.comparedAt)}`,
    row.note,
  ];
}

/** Aligned lines, the header first. */
export function renderTable(rows: readonly ChainRow[]): readonly string[] {
  const lines = [COLUMNS, ...rows.map(cells)];
  const widths = COLUMNS.map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? '').length)),
  );
  return lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** Prints a table over the previous one on a terminal, and now and then elsewhere. */
export class LiveTable {
  private linesShown = 0;
  private shownAtMs = 0;

  constructor(
    private readonly out: NodeJS.WriteStream,
    private readonly everyMs: number,
  ) {}

  /** Ordinary lines scroll above the table. */
  say(line: string): void {
    this.erase();
    this.out.write(`${line}\n`);
  }

  show(rows: readonly ChainRow[]): void {
    const now = Date.now();
    if (!this.out.isTTY && now - this.shownAtMs < this.everyMs) return;
    this.shownAtMs = now;
    this.erase();
    const lines = renderTable(rows);
    this.out.write(`${lines.join('\n')}\n`);
    this.linesShown = lines.length;
  }

  private erase(): void {
    if (this.out.isTTY && this.linesShown > 0) this.out.write(`\u001b[${this.linesShown}A\u001b[J`);
    this.linesShown = 0;
  }
}
