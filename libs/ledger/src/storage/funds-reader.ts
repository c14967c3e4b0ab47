import { type EntityManager } from 'typeorm';
import { queryRows } from '#database';
import { type Address, type ChainId, type Hex } from '#kernel';
import { type AccountKind } from '../domain/accounts.js';
import { GENESIS_HASH } from '../domain/journal.js';

/** What an account held at the end of a block; negative when it was overdrawn. */
export interface AccountFunds {
  readonly asset: Address;
  readonly kind: AccountKind;
  readonly owner: string;
  readonly balance: bigint;
}

/** What the accounts of a user in farms held at the end of a block. */
export interface UserFunds {
  readonly asset: Address;
  readonly user: Address;
  readonly staked: bigint;
  readonly reward: bigint;
}

interface AtBlock {
  readonly chainId: ChainId;
  readonly block: number;
}

/** Rows that are in memory at a time. */
const PAGE = 5_000;

/**
 * Accounts as they were at the end of block `$2` of chain `$1`: what they hold now, less what came
 * later. Usually little came later, so this costs the accounts and not their whole history.
 */
const FUNDS = `
  account a JOIN balance b ON b.account_id = a.id
  LEFT JOIN (
    SELECT p.account_id, sum(p.amount) AS amount
    FROM journal j JOIN posting p ON p.journal_id = j.id
    WHERE j.chain_id = $1 AND j.block_number > $2 GROUP BY p.account_id
  ) later ON later.account_id = a.id`;
const HELD = 'b.credits - b.debits + coalesce(later.amount, 0)';

/** Accounts of some kinds that held anything, by asset, kind and owner. */
export async function readFunds(
  manager: EntityManager,
  options: AtBlock & { readonly kinds: readonly AccountKind[] },
): Promise<readonly AccountFunds[]> {
  return queryRows<AccountFunds>(
    manager,
    `SELECT a.asset, a.kind, a.owner, ${HELD} AS balance FROM ${FUNDS}
     WHERE a.chain_id = $1 AND a.kind = ANY($3::text[]) AND ${HELD} <> 0
     ORDER BY a.asset, a.kind, a.owner`,
    [options.chainId, options.block, options.kinds],
  );
}

/**
 * Users with principal or unclaimed rewards in farms, by asset and user. Reads page by page inside
 * the caller's transaction.
 */
export async function* readUserFunds(
  manager: EntityManager,
  { chainId, block }: AtBlock,
): AsyncGenerator<UserFunds> {
  await manager.query(
    `DECLARE user_funds NO SCROLL CURSOR FOR
     SELECT * FROM (
       SELECT a.asset, split_part(a.owner, ':', 1) AS "user",
         coalesce(sum(${HELD}) FILTER (WHERE a.kind = 'staked'), 0) AS staked,
         coalesce(sum(${HELD}) FILTER (WHERE a.kind = 'reward'), 0) AS reward
       FROM ${FUNDS}
       WHERE a.chain_id = $1 AND a.kind IN ('staked', 'reward')
       GROUP BY 1, 2
     ) funds
     WHERE staked <> 0 OR reward <> 0 ORDER BY asset, "user" COLLATE "C"`,
    [chainId, block],
  );
  try {
    for (;;) {
      const page = await queryRows<UserFunds>(manager, `FETCH ${PAGE} FROM user_funds`);
      yield* page;
      if (page.length < PAGE) return;
    }
  } finally {
    await manager.query('CLOSE user_funds');
  }
}

/** The last journal up to a block, and its hash; 0 and the genesis hash without one. */
export async function readHeadAt(
  manager: EntityManager,
  { chainId, block }: AtBlock,
): Promise<{ readonly seq: number; readonly head: Hex }> {
  const [head] = await queryRows<{ readonly seq: number; readonly head: Hex }>(
    manager,
    `SELECT seq, hash AS head FROM journal WHERE chain_id = $1 AND block_number <= $2
     ORDER BY seq DESC LIMIT 1`,
    [chainId, block],
  );
  return head ?? { seq: 0, head: GENESIS_HASH };
}
