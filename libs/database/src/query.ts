import { RetryableError } from '#kernel';
import {
  type DataSource,
  type EntityManager,
  type ObjectLiteral,
  QueryFailedError,
  TypeORMError,
} from 'typeorm';

const SERIALIZATION_FAILURE = '40001';
const DEADLOCK_DETECTED = '40P01';
/** What the server refuses has such a code; what never reached it has none, or another one. */
const SQLSTATE = /^[0-9A-Z]{5}$/;

/** SQLSTATE of a failed statement, or undefined when the error did not come from a statement. */
export function sqlStateOf(error: unknown): string | undefined {
  if (!(error instanceof QueryFailedError)) return undefined;
  const driverError: ObjectLiteral = error.driverError;
  const code: unknown = driverError['code'];
  return typeof code === 'string' ? code : undefined;
}

/**
 * Runs `work` in one transaction and returns its result.
 *
 * @throws {RetryableError} when Postgres chose this transaction as the victim of a deadlock or a
 * serialization conflict; nothing was written.
 */
export async function inTransaction<Result>(
  dataSource: DataSource,
  work: (manager: EntityManager) => Promise<Result>,
): Promise<Result> {
  try {
    return await dataSource.transaction(work);
  } catch (error) {
    const state = sqlStateOf(error);
    if (state === SERIALIZATION_FAILURE || state === DEADLOCK_DETECTED) {
      throw new RetryableError(`transaction lost a conflict (${state})`, { cause: error });
    }
    throw error;
  }
}

/**
 * Number of rows an UPDATE, DELETE or INSERT touched. `EntityManager.query` gives that only for
 * the first two, and in another shape than for an INSERT.
 */
export async function execute(
  manager: EntityManager,
  sql: string,
  parameters: readonly unknown[] = [],
): Promise<number> {
  const runner = manager.queryRunner ?? manager.dataSource.createQueryRunner();
  try {
    const result = await runner.query(sql, [...parameters], true);
    return result.affected ?? 0;
  } catch (error) {
    throw withoutSession(error);
  } finally {
    if (runner !== manager.queryRunner) await runner.release();
  }
}

/**
 * A statement that failed is the caller's to judge. Without a session there was no statement: the
 * pool is empty or the server cannot be reached, and later there may be one.
 */
function withoutSession(error: unknown): unknown {
  const state = sqlStateOf(error);
  if (state !== undefined && SQLSTATE.test(state)) return error;
  if (error instanceof TypeORMError && !(error instanceof QueryFailedError)) return error;
  return new RetryableError('the database gave no session', { cause: error });
}

/** Rows of a statement whatever its kind, also of UPDATE … RETURNING and DELETE … RETURNING. */
export async function queryRows<Row>(
  manager: EntityManager,
  sql: string,
  parameters: readonly unknown[] = [],
): Promise<Row[]> {
  const runner = manager.queryRunner ?? manager.dataSource.createQueryRunner();
  try {
    const result = await runner.query(sql, [...parameters], true);
    return result.records;
  } catch (error) {
    throw withoutSession(error);
  } finally {
    if (runner !== manager.queryRunner) await runner.release();
  }
}
