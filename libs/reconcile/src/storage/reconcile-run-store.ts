import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { queryRows } from '#database';
import { canonicalJson, defined } from '#kernel';
import { type SelectionMode } from '../domain/selection.js';

/** A stored run; the report is what `ReconcileService.run` gave, with amounts as decimal strings. */
export interface ReconcileRun {
  readonly id: number;
  readonly isOk: boolean;
  readonly mode: SelectionMode;
  /** What sampled positions were drawn with; null for runs from before there was one. */
  readonly seed: string | null;
  readonly comparedPairs: number;
  /** Null when no rewards were compared. */
  readonly driftWei: bigint | null;
  readonly report: unknown;
  readonly createdAt: Date;
}

@Injectable()
export class ReconcileRunStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Returns the id of the run. */
  async add(
    run: {
      readonly isOk: boolean;
      readonly mode: SelectionMode;
      readonly seed: string;
      readonly comparedPairs: number;
      readonly driftWei: bigint | null;
      readonly initialSupply: bigint | null;
      readonly report: object;
    },
    manager: EntityManager = this.dataSource.manager,
  ): Promise<number> {
    const [row] = await queryRows<{ readonly id: number }>(
      manager,
      `INSERT INTO reconcile_run
         (is_ok, mode, seed, compared_pairs, drift_wei, initial_supply, report)
       VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
      [
        run.isOk,
        run.mode,
        run.seed,
        run.comparedPairs,
        String(run.driftWei ?? 0n),
        run.initialSupply?.toString() ?? null,
        canonicalJson(run.report),
      ],
    );
    return defined(row, 'stored run').id;
  }

  /** The supply that the first run fixed for all later ones. */
  async initialSupply(): Promise<bigint | undefined> {
    const [first] = await queryRows<{ readonly supply: bigint }>(
      this.dataSource.manager,
      `SELECT initial_supply AS supply FROM reconcile_run
       WHERE initial_supply IS NOT NULL ORDER BY id LIMIT 1`,
    );
    return first?.supply;
  }

  /** Newest first. */
  async newest(limit: number): Promise<readonly ReconcileRun[]> {
    return queryRows<ReconcileRun>(
      this.dataSource.manager,
      `SELECT id, is_ok AS "isOk", mode, seed, compared_pairs AS "comparedPairs",
         CASE WHEN report->'driftWei' = 'null' THEN NULL ELSE drift_wei END AS "driftWei", report,
         created_at AS "createdAt"
       FROM reconcile_run ORDER BY id DESC LIMIT $1`,
      [limit],
    );
  }
}
