import { type EntityManager } from 'typeorm';
import { queryRows } from '#database';
import { type Address, type ChainId, type Hex } from '#kernel';
import { type AccountKind } from '../domain/accounts.js';
import { OWNED_BY_2 } from './journal-reader.js';

/** Accounts of one user on one chain: his own, and those of packets that are his. */
export interface UserAccounts {
  readonly chainId: ChainId;
  readonly user: Address;
  readonly guids: readonly Hex[];
}

/** What entered an account (positive) or left it (negative), and the journal that says so. */
export interface MovementRow {
  readonly asset: Address;
  readonly kind: AccountKind;
  readonly owner: string;
  readonly amount: bigint;
  readonly journalId: number;
  readonly journalKind: string;
  readonly businessKey: string;
  readonly leg: number;
  readonly block: number;
  readonly txHash: Hex | null;
  readonly logIndex: number | null;
  /** Chain time of the block, in seconds. */
  readonly occurredAt: number;
}

/** What the accounts of one kind hold together. */
export interface KindSum {
  readonly asset: Address;
  readonly kind: AccountKind;
  readonly balance: bigint;
}

const POSTINGS = `
  account a JOIN posting p ON p.account_id = a.id JOIN journal j ON j.id = p.journal_id
  WHERE a.chain_id = $1 AND (${OWNED_BY_2} OR a.owner = ANY($3::text[]))`;

/** Sums at the end of a block by asset and kind, recounted from postings; empty ones are there, too. */
export async function readKindSums(
  manager: EntityManager,
  { chainId, user, guids }: UserAccounts,
  block: number,
): Promise<readonly KindSum[]> {
  return queryRows<KindSum>(
    manager,
    `SELECT a.asset, a.kind, sum(-p.amount) AS balance FROM ${POSTINGS} AND j.block_number <= $4
     GROUP BY a.asset, a.kind ORDER BY a.asset, a.kind`,
    [chainId, user, guids, block],
  );
}

/** Movements after one block up to another, by asset, kind and the order of the journals. */
export async function readMovements(
  manager: EntityManager,
  { chainId, user, guids }: UserAccounts,
  range: { readonly afterBlock: number; readonly toBlock: number; readonly limit: number },
): Promise<readonly MovementRow[]> {
  return queryRows<MovementRow>(
    manager,
    `SELECT a.asset, a.kind, a.owner, -p.amount AS amount, j.id AS "journalId",
       j.kind AS "journalKind", j.business_key AS "businessKey", p.leg, j.block_number AS block,
       j.tx_hash AS "txHash", j.log_index AS "logIndex", j.occurred_at AS "occurredAt"
     FROM ${POSTINGS} AND j.block_number > $4 AND j.block_number <= $5
     ORDER BY a.asset, a.kind, j.seq, p.leg LIMIT $6`,
    [chainId, user, guids, range.afterBlock, range.toBlock, range.limit],
  );
}
