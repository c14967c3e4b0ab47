import { once } from 'node:events';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { createHash } from 'node:crypto';
import type pg from 'pg';

const PIECE_BYTES = 1 << 20;

/** What a table came to as a file. */
export interface CopiedFile {
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
}

/** Writes what a query gives to a file, in the text of COPY. */
export async function copyToFile(
  client: pg.ClientBase,
  query: string,
  path: string,
): Promise<CopiedFile> {
  const file = openSync(path, 'wx', 0o600);
  const hash = createHash('sha256');
  let [rows, bytes] = [0, 0];
  const take = (chunk: Buffer): void => {
    writeSync(file, chunk);
    hash.update(chunk);
    bytes += chunk.length;
    // The server sends a row a message; a newline inside a value is written as two characters.
    rows += 1;
  };
  try {
    await submit(client, (onEnd) => new CopyOut(`COPY (${query}) TO STDOUT`, take, onEnd));
  } finally {
    closeSync(file);
  }
  return { rows, bytes, sha256: hash.digest('hex') };
}

/** Reads a file that `copyToFile` wrote into a table, inside the caller's transaction. */
export async function copyFromFile(
  client: pg.ClientBase,
  target: string,
  path: string,
): Promise<void> {
  const file = openSync(path, 'r');
  try {
    await submit(client, (onEnd) => new CopyFile(`COPY ${target} FROM STDIN`, file, onEnd));
  } finally {
    closeSync(file);
  }
}

type OnEnd = (error?: Error) => void;

async function submit(
  client: pg.ClientBase,
  create: (onEnd: OnEnd) => pg.Submittable,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    client.query(
      create((error) => {
        if (error === undefined) resolve();
        else reject(error);
      }),
    );
  });
}

/** The driver's interface for what is not a plain query. */
class CopyCommand implements pg.Submittable {
  constructor(
    private readonly sql: string,
    private readonly onEnd: OnEnd,
  ) {}

  submit(connection: pg.Connection): void {
    connection.query(this.sql);
  }

  handleError(error: Error): void {
    this.onEnd(error);
  }

  handleCommandComplete(): void {
    // The session may be used again only when the server is ready, which it says next.
  }

  handleReadyForQuery(): void {
    this.onEnd();
  }
}

class CopyOut extends CopyCommand {
  constructor(
    sql: string,
    private readonly take: (chunk: Buffer) => void,
    onEnd: OnEnd,
  ) {
    super(sql, onEnd);
  }

  handleCopyData({ chunk }: { readonly chunk: Buffer }): void {
    this.take(chunk);
  }
}

class CopyFile extends CopyCommand {
  constructor(
    sql: string,
    private readonly file: number,
    onEnd: OnEnd,
  ) {
    super(sql, onEnd);
  }

  handleCopyInResponse(connection: pg.Connection): void {
    this.send(connection).catch((error: unknown) => {
      connection.stream.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  }

  /** Waits for the server, so that a large table is never held in memory. */
  private async send(connection: pg.Connection): Promise<void> {
    for (;;) {
      const piece = Buffer.alloc(PIECE_BYTES);
      const size = readSync(this.file, piece, 0, PIECE_BYTES, null);
      if (size === 0) break;
      connection.sendCopyFromChunk(piece.subarray(0, size));
      if (connection.stream.writableNeedDrain) await once(connection.stream, 'drain');
    }
    connection.endCopyFrom();
  }
}
