import { type EntityManager } from 'typeorm';
import { execute, queryRows, toBytea } from '#database';
import { assert, canonicalJson, type Hex } from '#kernel';
import { epochRootOf, type EpochStatement } from '../domain/epoch-root.js';
import { parseStatement } from '../domain/liability-proof.js';

/** A statement and the root of its text. */
export interface StoredStatement {
  readonly root: Hex;
  readonly statement: EpochStatement;
}

interface StatementRecord {
  readonly root: Hex;
  readonly statement: string;
}

/** @returns false when there is one of that epoch already; nothing is written then. */
export async function addStatement(
  manager: EntityManager,
  statement: EpochStatement,
): Promise<boolean> {
  const added = await execute(
    manager,
    `INSERT INTO epoch_statement (epoch, root, statement) VALUES ($1, $2, $3)
     ON CONFLICT DO NOTHING`,
    [statement.epoch, toBytea(epochRootOf(statement)), canonicalJson(statement)],
  );
  return added === 1;
}

/**
 * The newest statement, or the newest of an epoch up to `epoch`.
 *
 * @throws {InvariantViolation} when the row does not have its root.
 */
export async function newestStatement(
  manager: EntityManager,
  epoch?: number,
): Promise<StoredStatement | undefined> {
  const [record] = await queryRows<StatementRecord>(
    manager,
    `SELECT root, statement FROM epoch_statement WHERE $1::bigint IS NULL OR epoch <= $1
     ORDER BY epoch DESC LIMIT 1`,
    [epoch ?? null],
  );
  if (record === undefined) return undefined;
  const statement = parseStatement(JSON.parse(record.statement));
  assert(
    epochRootOf(statement) === record.root,
    `the statement of epoch ${statement.epoch} does not have its root`,
  );
  return { root: record.root, statement };
}
