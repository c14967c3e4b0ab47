import { createHash } from 'node:crypto';
import { execute } from '#database';
import { canonicalJson, type ChainId, DomainError } from '#kernel';
import { Injectable } from '@nestjs/common';
import { DataSource, IsNull } from 'typeorm';
import type { Contradiction } from '../domain/contradiction.js';
import { NodeQuarantineRow } from './node-quarantine.row.js';

/** Longest text of an answer or a proof that is kept. */
const TEXT_SIZE_MAX = 20_000;

/** Evidence against an endpoint. */
export type QuarantinedNode = Readonly<NodeQuarantineRow>;

/** No such endpoint is shut out. */
export class NotQuarantined extends DomainError {
  readonly code = 'chain.not-quarantined';
}

/** Endpoints that were caught lying, with the evidence, until an operator releases them. */
@Injectable()
export class NodeQuarantine {
  constructor(private readonly dataSource: DataSource) {}

  /** Endpoints of a chain that may not be asked. */
  async openKeys(chainId: ChainId): Promise<readonly string[]> {
    const rows = await this.rows().findBy({ chainId, releasedAt: IsNull() });
    return rows.map(({ nodeKey }) => nodeKey);
  }

  /** All evidence, newest first; without `isOpen` also of endpoints that were released. */
  list(options: { readonly isOpen: boolean; readonly limit: number }): Promise<QuarantinedNode[]> {
    const { isOpen, limit } = options;
    const where = isOpen ? { releasedAt: IsNull() } : {};
    return this.rows().find({ where, order: { id: 'DESC' }, take: limit });
  }

  /** Shuts an endpoint out; only the first evidence against it is kept until it is released. */
  async add(chainId: ChainId, contradiction: Contradiction): Promise<void> {
    const { nodeKey, kind, blockNumber } = contradiction;
    const [answered, proved] = [textOf(contradiction.answered), textOf(contradiction.proved)];
    const digest = createHash('sha256')
      .update(canonicalJson({ chainId, nodeKey, kind, blockNumber, answered, proved }))
      .digest();
    await execute(
      this.dataSource.manager,
      `INSERT INTO node_quarantine
         (chain_id, node_key, kind, block_number, answered, proved, digest)
       VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (chain_id, node_key) WHERE released_at IS NULL DO NOTHING`,
      [chainId, nodeKey, kind, blockNumber, answered, proved, digest],
    );
  }

  /**
   * Lets an endpoint be asked again; the evidence stays.
   *
   * @throws {NotQuarantined}
   */
  async release(chainId: ChainId, nodeKey: string): Promise<void> {
    const released = await execute(
      this.dataSource.manager,
      `UPDATE node_quarantine SET released_at = now()
       WHERE chain_id = $1 AND node_key = $2 AND released_at IS NULL`,
      [chainId, nodeKey],
    );
    if (released === 0) throw new NotQuarantined(`${nodeKey} is not shut out of chain ${chainId}`);
  }

  private rows() {
    return this.dataSource.getRepository(NodeQuarantineRow);
  }
}

function textOf(value: unknown): string {
  return canonicalJson(value ?? null).slice(0, TEXT_SIZE_MAX);
}
