import { execute, queryRows, toBytea } from '#database';
import type { Address, ChainId, Hex } from '#kernel';
import type { EntityManager } from 'typeorm';
import type { FoundSource } from '../projector-set.js';
import type { FiledLog } from './filed-log.js';

/** Stores the contracts that logs announced, under those logs, which must be stored already. */
export async function insertFoundSources(
  manager: EntityManager,
  filed: readonly FiledLog[],
): Promise<void> {
  for (const { log, announced } of filed) {
    for (const { address, topics0 } of announced) {
      await execute(
        manager,
        `INSERT INTO found_source (chain_id, block_number, log_index, address, topics0)
         VALUES ($1, $2, $3, $4, $5)`,
        [log.chainId, log.blockNumber, log.logIndex, toBytea(address), topics0.map(toBytea)],
      );
    }
  }
}

/** Contracts that were found on a chain, in the order in which they were announced. */
export async function findFoundSources(
  manager: EntityManager,
  chainId: ChainId,
): Promise<readonly FoundSource[]> {
  const rows = await queryRows<{ address: Address; topics0: Hex[]; block_number: number }>(
    manager,
    `SELECT address, topics0, block_number FROM found_source
     WHERE chain_id = $1 ORDER BY block_number, log_index, address`,
    [chainId],
  );
  return rows.map(({ address, topics0, block_number: fromBlock }) => ({
    address,
    topics0,
    fromBlock,
  }));
}
