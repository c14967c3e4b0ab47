import { execute, toBytea } from '#database';
import { Injectable } from '@nestjs/common';
import { DataSource, In } from 'typeorm';
import { type Evidence, evidenceText } from './domain/evidence.js';
import { evidenceHashOf } from './evidence-hash.js';
import { EpochDecisionRow } from './storage/epoch-decision.row.js';

/** A decision as it was stored before it was sent. */
export type StoredDecision = Readonly<EpochDecisionRow>;

/** Keeps what epochs were decided from. Rows are only ever added. */
@Injectable()
export class DecisionStore {
  constructor(private readonly dataSource: DataSource) {}

  /** The newest attempt at a revision. */
  async latest(epoch: number, revision: number): Promise<StoredDecision | undefined> {
    const rows = await this.dataSource.getRepository(EpochDecisionRow).find({
      where: { epoch, revision },
      order: { attempt: 'DESC' },
      take: 1,
    });
    return rows.at(0);
  }

  /**
   * Stores a decision under its business key. False, and nothing stored, when the attempt or the
   * very same evidence is there already.
   */
  async add(options: {
    readonly evidence: Evidence;
    readonly attempt: number;
    readonly businessKey: string;
    readonly decidedAt: number;
  }): Promise<boolean> {
    const { evidence, attempt, businessKey, decidedAt } = options;
    const text = evidenceText(evidence);
    const added = await execute(
      this.dataSource.manager,
      `INSERT INTO epoch_decision
         (epoch, revision, attempt, business_key, evidence, evidence_hash, decided_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT DO NOTHING`,
      [
        evidence.epoch,
        evidence.revision,
        attempt,
        businessKey,
        text,
        toBytea(evidenceHashOf(text)),
        decidedAt,
      ],
    );
    return added === 1;
  }

  /** All attempts at the listed epochs. */
  async ofEpochs(epochs: readonly number[]): Promise<readonly StoredDecision[]> {
    if (epochs.length === 0) return [];
    return this.dataSource.getRepository(EpochDecisionRow).findBy({ epoch: In([...epochs]) });
  }
}
