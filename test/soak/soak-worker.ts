/** Indexes and posts all chains of an order until it is killed, like a worker does. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChainDeployment } from '#config';
import { openDatabase } from '#database';
import { FarmsProjector } from '#farms';
import { createIndexer } from '#indexer/testing';
import { RetryableError } from '#kernel';
import { createPoster } from '#rewards/testing';
import { soakConfig } from './soak-config.js';

export interface SoakOrder {
  readonly host: string;
  readonly database: string;
  readonly chains: readonly ChainDeployment[];
  readonly genesis: number;
  readonly epochSeconds: number;
}

const PAUSE_MS = 20;

async function work(order: SoakOrder): Promise<never> {
  const dataSource = await openDatabase(order);
  const config = soakConfig(order);
  const projectors = [new FarmsProjector(config)];
  const { indexer } = createIndexer({ config, dataSource, projectors });
  const poster = createPoster(config, dataSource);
  for (;;) {
    for (const { chainId } of order.chains) {
      try {
        await indexer.tick(chainId);
        await poster.tick(chainId);
      } catch (error) {
        // The other worker was faster, or the chain changed under the read.
        if (!(error instanceof RetryableError)) throw error;
      }
    }
    await sleep(PAUSE_MS);
  }
}

process.once('message', (order: SoakOrder) => {
  work(order).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  });
});
