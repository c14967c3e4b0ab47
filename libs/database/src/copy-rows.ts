import { assert, type Hex } from '#kernel';
import pg from 'pg';
import { type EntityManager, QueryFailedError } from 'typeorm';

/** What the driver has for COPY and its type declarations leave out. */
declare module 'pg' {
  interface Connection {
    query(text: string): void;
    sendCopyFromChunk(chunk: Buffer): void;
    endCopyFrom(): void;
  }
}

/** A value of a row to copy: bytes as hex with prefix, amounts as bigint. */
export type CopyValue = string | number | bigint | null;

/** Text sent at once; the driver copies it, so a whole batch in one piece would be held twice. */
const PIECE_CHARS = 1 << 20;

/**
 * Writes rows with COPY, inside the caller's transaction: three times as fast as an INSERT of
 * arrays for wide rows. Triggers and constraints hold as ever; identity columns take the value
 * given.
 *
 * @param target Table and columns, such as `posting (journal_id, leg)`; never from outside.
 * @throws {QueryFailedError} when Postgres refuses a row; the transaction is lost then.
 */
export async function copyRows<Row>(
  manager: EntityManager,
  target: string,
  rows: { readonly of: readonly Row[]; readonly toValues: (row: Row) => readonly CopyValue[] },
): Promise<void> {
  if (rows.of.length === 0) return;
  assert(manager.queryRunner !== undefined, 'COPY needs the session of a transaction');
  const client: pg.PoolClient = await manager.queryRunner.connect();
  const sql = `COPY ${target} FROM STDIN`;
  try {
    await new Promise<void>((resolve, reject) => {
      client.query(
        new CopyIn(sql, piecesOf(rows), (error) => {
          if (error === undefined) resolve();
          else reject(error);
        }),
      );
    });
  } catch (error) {
    if (error instanceof Error) throw new QueryFailedError(sql, [], error);
    throw error;
  }
}

/** Bytes in the text of COPY; in it a backslash is written twice. */
export function copyBytes(hex: Hex): string {
  return `\\\\x${hex.slice(2)}`;
}

/** Text in the text of COPY. */
export function copyText(text: string): string {
  return text.replaceAll(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? character);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
};

function* piecesOf<Row>(rows: {
  readonly of: readonly Row[];
  readonly toValues: (row: Row) => readonly CopyValue[];
}): Generator<string> {
  let piece = '';
  for (const row of rows.of) {
    let separator = '';
    for (const value of rows.toValues(row)) {
      piece += separator;
      piece += value === null ? '\\N' : String(value);
      separator = '\t';
    }
    piece += '\n';
    if (piece.length < PIECE_CHARS) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

/** The driver's interface for what is not a plain query. */
class CopyIn implements pg.Submittable {
  constructor(
    private readonly sql: string,
    private readonly pieces: Iterable<string>,
    private readonly onEnd: (error?: unknown) => void,
  ) {}

  submit(connection: pg.Connection): void {
    connection.query(this.sql);
  }

  handleCopyInResponse(connection: pg.Connection): void {
    for (const piece of this.pieces) connection.sendCopyFromChunk(Buffer.from(piece, 'utf8'));
    connection.endCopyFrom();
  }

  handleError(error: unknown): void {
    this.onEnd(error);
  }

  handleCommandComplete(): void {
    // The session may be used again only when the server is ready, which it says next.
  }

  handleReadyForQuery(): void {
    this.onEnd();
  }
}
