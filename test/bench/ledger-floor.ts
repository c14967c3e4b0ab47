import { copyRows, type CopyValue } from '#database';
import { assert } from '#kernel';
import type { DataSource } from 'typeorm';

const JOURNAL = `id, business_key, chain_id, seq, kind, block_number, block_hash, tx_hash, log_index,
  occurred_at, leg_count, prev_hash, hash, inserted_at`;
const POSTING = 'journal_id, leg, leg_count, account_id, amount';

interface Line {
  readonly journal: number;
  readonly values: readonly CopyValue[];
}

/**
 * Seconds that the same rows take without a ledger around them: journals and postings as they are
 * stored, copied in the same batches into tables of the same columns and their primary keys alone.
 */
export async function measureFloor(
  dataSource: DataSource,
  options: { readonly journals: number; readonly batch: number },
): Promise<number> {
  await dataSource.query(`
    CREATE TABLE floor_journal (LIKE journal, PRIMARY KEY (id));
    CREATE TABLE floor_posting (LIKE posting, PRIMARY KEY (journal_id, leg));
  `);
  const journals = await linesOf(dataSource, `SELECT id AS journal, ${JOURNAL} FROM journal`);
  const postings = await linesOf(
    dataSource,
    `SELECT journal_id AS journal, ${POSTING} FROM posting`,
  );
  assert(journals.length >= options.journals, 'the journals are there');
  const ids = journals.map(({ journal }) => journal);
  const startMs = performance.now();
  let nextPosting = 0;
  for (let start = 0; start < options.journals; start += options.batch) {
    const end = Math.min(start + options.batch, options.journals);
    const last = ids[end - 1] ?? 0;
    let endPosting = nextPosting;
    while ((postings[endPosting]?.journal ?? Infinity) <= last) endPosting += 1;
    const ofBatch = postings.slice(nextPosting, endPosting);
    await dataSource.transaction(async (manager) => {
      await copyRows(manager, `floor_journal (${JOURNAL})`, {
        of: journals.slice(start, end),
        toValues,
      });
      await copyRows(manager, `floor_posting (${POSTING})`, { of: ofBatch, toValues });
    });
    nextPosting = endPosting;
  }
  return (performance.now() - startMs) / 1_000;
}

function toValues({ values }: Line): readonly CopyValue[] {
  return values;
}

/** Rows in the text of COPY, by journal. */
async function linesOf(dataSource: DataSource, select: string): Promise<readonly Line[]> {
  const rows: readonly { readonly journal: number; readonly line: string }[] =
    await dataSource.query(
      `SELECT r.journal, concat_ws(E'\\t', VARIADIC (
         SELECT array_agg(coalesce(replace(value, '\\', '\\\\'), '\\N') ORDER BY place)
         FROM json_each_text(to_json(r)) WITH ORDINALITY AS e(key, value, place)
         WHERE key <> 'journal')) AS line
       FROM (${select}) r ORDER BY r.journal`,
    );
  return rows.map(({ journal, line }) => ({ journal, values: line.split('\t') }));
}
