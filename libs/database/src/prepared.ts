import { assert } from '#kernel';
import pg from 'pg';
import { type DataSource, QueryFailedError } from 'typeorm';

/** A statement that a session parses and plans once. */
export interface PreparedStatement {
  readonly name: string;
  readonly text: string;
}

const known = new Map<string, string>();

/** Declares a statement; names are unique in a process. */
export function prepared(name: string, text: string): PreparedStatement {
  assert(!known.has(name) || known.get(name) === text, `two statements are called ${name}`);
  known.set(name, text);
  return { name, text };
}

/**
 * Rows of a prepared statement, read on a session of its own: for what is asked again and again.
 *
 * @throws {QueryFailedError} when the statement fails.
 */
export async function preparedRows<Row extends pg.QueryResultRow>(
  dataSource: DataSource,
  statement: PreparedStatement,
  values: readonly unknown[],
): Promise<Row[]> {
  const runner = dataSource.createQueryRunner();
  try {
    const client: pg.PoolClient = await runner.connect();
    const { rows } = await client.query<Row>({ ...statement, values: [...values] });
    return rows;
  } catch (error) {
    if (error instanceof pg.DatabaseError) {
      throw new QueryFailedError(statement.text, [...values], error);
    }
    throw error;
  } finally {
    await runner.release();
  }
}
