import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { execute, queryRows } from '#database';
import { type ChainId } from '#kernel';

/**
 * What a hold is about. `chain`: nothing of the chain may be decided on or paid. `farm`: no
 * decision may rest on the farm. `order`: no order of the epoch may be sent. `account`, `journey`
 * and `proposal`: shown as doubtful, and nothing else waits for them.
 */
export const HOLD_SCOPES = ['chain', 'farm', 'account', 'order', 'journey', 'proposal'] as const;
export type HoldScope = (typeof HOLD_SCOPES)[number];

export interface HoldDraft {
  readonly scope: HoldScope;
  /** Farm, `user:farm`, epoch, guid or proposal; empty for a whole chain. */
  readonly subject: string;
  /** For a person: what differs and by how much. */
  readonly reason: string;
}

/** Something that was found to differ from its chain and is not relied on meanwhile. */
export interface Hold extends HoldDraft {
  readonly id: number;
  readonly chainId: ChainId;
  /** The reconciliation that found it. */
  readonly runId: number;
  readonly placedAt: Date;
  /** Null while the hold is in force. */
  readonly releasedAt: Date | null;
  /** `run <id>` for the clean run that released it, else who did. */
  readonly releasedBy: string | null;
}

const COLUMNS = `id, chain_id AS "chainId", scope, subject, reason, run_id AS "runId",
  placed_at AS "placedAt", released_at AS "releasedAt", released_by AS "releasedBy"`;

/** Holds on what the ledger says; who depends on something asks here before it acts. */
@Injectable()
export class HoldStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Holds in force, oldest first. */
  async open(
    filter: { readonly chainId?: ChainId; readonly scopes?: readonly HoldScope[] } = {},
    manager: EntityManager = this.dataSource.manager,
  ): Promise<readonly Hold[]> {
    return queryRows<Hold>(
      manager,
      `SELECT ${COLUMNS} FROM hold
       WHERE released_at IS NULL AND ($1::bigint IS NULL OR chain_id = $1)
         AND ($2::text[] IS NULL OR scope = ANY($2)) ORDER BY id`,
      [filter.chainId ?? null, filter.scopes ?? null],
    );
  }

  /** Places what is not held yet. @returns the holds that are new. */
  async place(
    manager: EntityManager,
    run: { readonly chainId: ChainId; readonly runId: number },
    drafts: readonly HoldDraft[],
  ): Promise<readonly Hold[]> {
    return queryRows<Hold>(
      manager,
      `INSERT INTO hold (chain_id, scope, subject, reason, run_id)
       SELECT $1, d.scope, d.subject, d.reason, $2
       FROM unnest($3::text[], $4::text[], $5::text[]) AS d(scope, subject, reason)
       ON CONFLICT (chain_id, scope, subject) WHERE released_at IS NULL DO NOTHING
       RETURNING ${COLUMNS}`,
      [
        run.chainId,
        run.runId,
        drafts.map(({ scope }) => scope),
        drafts.map(({ subject }) => subject),
        drafts.map(({ reason }) => reason),
      ],
    );
  }

  /** @returns how many of them were in force. */
  async release(
    ids: readonly number[],
    by: string,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<number> {
    return execute(
      manager,
      `UPDATE hold SET released_at = now(), released_by = $2
       WHERE id = ANY($1::bigint[]) AND released_at IS NULL`,
      [ids, by],
    );
  }
}
