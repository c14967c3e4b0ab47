import { inTransaction } from '#database';
import type { ChainId, Hex } from '#kernel';
import { Injectable } from '@nestjs/common';
import { DataSource, In } from 'typeorm';
import type { IntentFate } from '../domain/intent-fate.js';
import { TxIntentRow } from './tx-intent.row.js';

/** A transaction that was signed for a nonce. */
export interface SignedTransaction {
  readonly raw: Hex;
  readonly hash: Hex;
}

/** What is known of an intent before it gets its nonce. */
export interface IntentDraft {
  readonly chainId: ChainId;
  readonly businessKey: string;
  readonly description: string;
  readonly signer: Hex;
  readonly target: Hex;
}

@Injectable()
export class TxIntentStore {
  constructor(private readonly dataSource: DataSource) {}

  async byKey(businessKey: string): Promise<TxIntentRow | undefined> {
    return (await this.rows().findOneBy({ businessKey })) ?? undefined;
  }

  /** Unsettled intents of a chain in the order in which they can be executed. */
  open(chainId: ChainId): Promise<TxIntentRow[]> {
    return this.rows().find({
      where: { chainId, state: In(['signed', 'mined']) },
      order: { signer: 'ASC', nonce: 'ASC' },
    });
  }

  /** The latest intents, newest first. */
  latest(limit: number): Promise<TxIntentRow[]> {
    return this.rows().find({ order: { id: 'DESC' }, take: limit });
  }

  /**
   * Gives a draft the next nonce, has it signed, and stores it; one at a time per chain and signer.
   * Returns the stored intent of the same business key when another process was first.
   *
   * @param options.chainNonce Nonce the chain expects next, read while the signer is locked.
   */
  reserve(options: {
    readonly draft: IntentDraft;
    readonly chainNonce: () => Promise<number>;
    readonly sign: (nonce: number) => Promise<SignedTransaction>;
  }): Promise<{ readonly row: TxIntentRow; readonly isNew: boolean }> {
    const { draft, chainNonce, sign } = options;
    const lane = `tx_intent:${draft.chainId}:${draft.signer}`;
    return inTransaction(this.dataSource, async (manager) => {
      await manager.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [lane]);
      const rows = manager.getRepository(TxIntentRow);
      const found = await rows.findOneBy({ businessKey: draft.businessKey });
      if (found !== null) return { row: found, isNew: false };

      const { chainId, signer } = draft;
      const last = await rows.maximum('nonce', { chainId, signer });
      const nonce = Math.max(await chainNonce(), last === null ? 0 : last + 1);
      const signed = await sign(nonce);
      const row = rows.create({ ...draft, ...signed, nonce, state: 'signed', hasReverted: false });
      return { row: await rows.save(row), isNew: true };
    });
  }

  /** Writes the fate of an intent unless another process has settled it meanwhile. */
  async settle(id: number, fate: IntentFate): Promise<void> {
    await this.rows().update({ id, state: In(['signed', 'mined']) }, { ...fate });
  }

  private rows() {
    return this.dataSource.getRepository(TxIntentRow);
  }
}
