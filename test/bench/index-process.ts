/**
 * Indexes and posts one chain like a worker does, in a process of its own: what a figure says
 * about memory and processor time must not contain the bench around it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { AppConfig } from '#config';
import { openDatabase } from '#database';
import { FarmsProjector } from '#farms';
import { createIndexer } from '#indexer/testing';
import { assert, defined, RetryableError, toChainId } from '#kernel';
import { aConfig, createPoster } from '#rewards/testing';
import type { DataSource } from 'typeorm';
import { seasonDeployment } from './season-chain.js';

/** Who asks, by the arguments of the process. */
export interface IndexOrder {
  readonly chainId: number;
  readonly rpcUrl: string;
  readonly databaseUrl: string;
  /** Goes on until the process is ended, and reports nothing. */
  readonly isFollowing?: boolean;
}

export interface IndexReport {
  readonly logs: number;
  readonly journals: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Resident memory in MiB at each tenth of the run, then the peak. */
  readonly rssMiB: readonly number[];
  readonly rssPeakMiB: number;
}

const SAMPLE_MS = 50;
/** Between two looks at a chain that goes on. */
const FOLLOW_MS = 100;
const RETRIES_MAX = 100;
/** No epoch ends within a season: what everybody accrued is another bench. */
const EPOCHS = { genesis: 1_795_000_000, epochSeconds: 10_000_000 };

function mebibytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}

/** Indexes and posts side by side until both stand at the head; gives the counts. */
async function catchUp(
  config: AppConfig,
  dataSource: DataSource,
): Promise<Pick<IndexReport, 'logs' | 'journals'>> {
  const { chainId } = defined(config.deployment.chains[0], 'chain');
  const projectors = [new FarmsProjector(config)];
  const indexing = createIndexer({ config, dataSource, projectors });
  const poster = createPoster(config, dataSource);
  let [logs, journals, retries, isIndexed] = [0, 0, 0, false];
  const index = async (): Promise<void> => {
    while (!isIndexed) {
      try {
        const report = await indexing.indexer.tick(chainId);
        logs += report.logs;
        isIndexed = report.status === 'idle';
      } catch (error) {
        // A node that is slow for a moment is asked again, as a worker does.
        if (!(error instanceof RetryableError)) throw error;
        retries += 1;
        assert(retries < RETRIES_MAX, 'the node answers sooner or later');
        await sleep(FOLLOW_MS);
      }
    }
  };
  const post = async (): Promise<void> => {
    for (;;) {
      const isLast = isIndexed;
      const report = await poster.tick(chainId);
      journals += report.journals;
      if (isLast && report.status === 'idle') return;
    }
  };
  await Promise.all([index(), post()]);
  const cursor = defined(await indexing.logs.cursor(chainId), 'cursor');
  assert(cursor.lastError === null, 'the index is complete');
  await indexing.release();
  return { logs, journals };
}

async function run({ chainId, rpcUrl, databaseUrl }: IndexOrder): Promise<IndexReport> {
  const chain = seasonDeployment(toChainId(chainId), rpcUrl);
  const config = aConfig({ chain, ...EPOCHS });
  const dataSource = await openDatabase({ url: databaseUrl });
  const samples: number[] = [];
  const sampler = setInterval(() => samples.push(process.memoryUsage.rss()), SAMPLE_MS);
  const [startMs, cpuBefore] = [performance.now(), process.cpuUsage()];
  const counts = await catchUp(config, dataSource);
  const seconds = (performance.now() - startMs) / 1_000;
  const cpu = process.cpuUsage(cpuBefore);
  clearInterval(sampler);
  await dataSource.destroy();
  const tenths = Array.from({ length: 10 }, (_, tenth) =>
    mebibytes(samples[Math.floor(((tenth + 1) * (samples.length - 1)) / 10)] ?? 0),
  );
  return {
    ...counts,
    seconds,
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
    rssMiB: tenths,
    rssPeakMiB: mebibytes(Math.max(...samples)),
  };
}

async function follow(order: IndexOrder): Promise<never> {
  const chain = seasonDeployment(toChainId(order.chainId), order.rpcUrl);
  const config = aConfig({ chain, ...EPOCHS });
  const dataSource = await openDatabase({ url: order.databaseUrl });
  for (;;) {
    await catchUp(config, dataSource);
    await sleep(FOLLOW_MS);
  }
}

process.once('message', (order: IndexOrder) => {
  if (order.isFollowing === true) {
    void follow(order);
    return;
  }
  void run(order).then((report) => {
    process.send?.(report);
    process.disconnect();
  });
});
