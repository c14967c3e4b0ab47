import { openDatabase } from '#database';
import { assert, toAddress, toChainId, toHex, type Hex } from '#kernel';
import { type JournalDraft, LedgerService, movement } from '#ledger';
import type { DataSource } from 'typeorm';
import { BenchServer } from './bench-server.js';
import { measureFloor } from './ledger-floor.js';

const JOURNALS = 100_000;
const USERS = 20_000;
const BATCH = 1_000;
/** Journals that are posted one by one, as a ledger without batches would. */
const SINGLES = 500;

const chainId = toChainId(900_101);
const token = toAddress(`0x${'a1'.repeat(20)}`);

function word(value: number): Hex {
  return toHex(`0x${value.toString(16).padStart(64, '0')}`);
}

/** Accruals of many users out of one stream, a hundred to a block: every journal has a hot leg. */
function aJournal(index: number): JournalDraft {
  const block = Math.floor(index / 100);
  const user = toAddress(`0x${((index * 7_919) % USERS).toString(16).padStart(40, '0')}`);
  return {
    businessKey: `log:${chainId}:${block}:${index % 100}`,
    chainId,
    kind: 'accrual',
    block: { number: block, hash: word(block) },
    txHash: word(index),
    logIndex: index % 100,
    occurredAt: 1_795_000_000 + block,
    postings: movement({
      asset: token,
      from: { kind: 'emission-hub', owner: 'controller' },
      to: { kind: 'reward', owner: `${user}:1` },
      amount: BigInt(index + 1) * 10n ** 15n,
    }),
  };
}

async function postAll(
  dataSource: DataSource,
  drafts: readonly JournalDraft[],
  batch: number,
): Promise<number> {
  const ledger = new LedgerService(dataSource);
  const startMs = performance.now();
  for (let start = 0; start < drafts.length; start += batch) {
    const part = drafts.slice(start, start + batch);
    await dataSource.transaction((manager) => ledger.post(manager, part));
  }
  return (performance.now() - startMs) / 1_000;
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work();
  return (performance.now() - startMs) / 1_000;
}

/**
 * Journals per second through the ledger, with every rule of the database on and a server that
 * syncs each commit: two legs, a unique key, balance kept, hashes chained. Prints one line after
 * the whole ledger has been recounted.
 */
export async function benchLedger(print: (line: object) => void): Promise<void> {
  const server = await BenchServer.start();
  try {
    const url = await server.createDatabase();
    const dataSource = await openDatabase({ url });
    const ledger = new LedgerService(dataSource);
    const drafts = Array.from({ length: JOURNALS + SINGLES }, (_, index) => aJournal(index));
    const cpuBefore = process.cpuUsage();
    const seconds = await postAll(dataSource, drafts.slice(0, JOURNALS), BATCH);
    const cpu = process.cpuUsage(cpuBefore);
    const floorSeconds = await measureFloor(dataSource, { journals: JOURNALS, batch: BATCH });
    const singleSeconds = await postAll(dataSource, drafts.slice(JOURNALS), 1);
    const repeatSeconds = await postAll(dataSource, drafts.slice(0, JOURNALS / 10), BATCH);

    let isSound = false;
    const verifySeconds = await secondsOf(async () => {
      const { ok, journals } = await ledger.verify();
      isSound = ok && journals === drafts.length;
    });
    assert(isSound, 'the ledger is sound and complete');
    const [line] = await ledger.trialBalance();
    assert(line?.difference === 0n, 'the trial balance is zero');
    await dataSource.destroy();
    await server.dropDatabase(url);
    print({
      bench: 'ledger',
      server: server.name,
      journals: JOURNALS,
      batch: BATCH,
      seconds: Number(seconds.toFixed(2)),
      journalsPerSecond: Math.round(JOURNALS / seconds),
      floorJournalsPerSecond: Math.round(JOURNALS / floorSeconds),
      shareOfFloor: Number((floorSeconds / seconds).toFixed(2)),
      postingsPerSecond: Math.round((2 * JOURNALS) / seconds),
      nodeCpuSeconds: Number(((cpu.user + cpu.system) / 1e6).toFixed(2)),
      singleJournalsPerSecond: Math.round(SINGLES / singleSeconds),
      repeatedPerSecond: Math.round(JOURNALS / 10 / repeatSeconds),
      verifiedPerSecond: Math.round(drafts.length / verifySeconds),
    });
  } finally {
    await server.stop();
  }
}
