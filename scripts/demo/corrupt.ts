import pg from 'pg';
import { startEmbeddedPostgres } from '#database';

/**
 * Adds one wei to a posting behind the ledger's back, as only the owner of the database can.
 *
 * @returns what was changed, in words.
 */
export async function corruptOnePosting(dataDir: string): Promise<string> {
  const server = await startEmbeddedPostgres({ dataDir });
  const client = new pg.Client({ host: server.host, user: 'postgres', database: 'headwater' });
  await client.connect();
  try {
    await client.query('ALTER TABLE posting DISABLE TRIGGER ALL');
    const { rows } = await client.query<{ journal_id: string; leg: number }>(
      `UPDATE posting SET amount = amount + 1
        WHERE (journal_id, leg) = (
          SELECT journal_id, leg FROM posting
            JOIN account ON account.id = posting.account_id
           WHERE account.kind = 'reward' ORDER BY journal_id DESC, leg LIMIT 1)
        RETURNING journal_id, leg`,
    );
    await client.query('ALTER TABLE posting ENABLE TRIGGER ALL');
    return rows.map(({ journal_id, leg }) => `journal ${journal_id}, leg ${leg}`).join();
  } finally {
    await client.end();
    await server.release();
  }
}
